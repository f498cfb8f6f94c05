"""What our code never does, so that whole kinds of attack have nothing to begin with."""

import ast
import re
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from tests.support.code import FILES, ROOT, calls, imported, named, tree

SERVED = [path for path in FILES if path.parts[0] in {"services", "workers"}]
"""What runs in production; `stack` starts it."""

HASHING = "services/auth/hashing/process.py"
Found = dict[str, list[str]]
RUNS_TEXT = {
    "eval", "exec", "compile", "__import__", "os.system", "os.popen", "pty.spawn",
    "subprocess.getoutput", "subprocess.getstatusoutput", "asyncio.create_subprocess_shell",
}  # fmt: skip
OBJECT_READERS = {"pickle", "marshal", "shelve", "dill", "cloudpickle", "jsonpickle", "joblib"}
FOREIGN_LANGUAGES = {
    "XML": {"xml", "lxml", "defusedxml", "xmltodict", "signxml", "onelogin", "saml2"},
    "LDAP": {"ldap", "ldap3"},
    "memcache": {"memcache", "pymemcache", "pylibmc", "aiomcache"},
    "GraphQL": {"graphql", "graphene", "strawberry", "ariadne"},
    "WebRTC": {"aiortc", "aioice", "pylibsrtp"},
    "memory": {"ctypes", "cffi", "_ctypes"},
}
"""What an attack through each would need among our imports."""


def finding(files: Iterable[Path], look: Callable[[Path], Iterable[object]]) -> Found:
    """What `look` finds in each file, those with nothing left out."""
    found = {str(path): [str(one) for one in look(path)] for path in files}
    return {path: list_ for path, list_ in found.items() if list_}


def test_no_text_becomes_a_program() -> None:
    def look(path: Path) -> list[int]:
        return [
            call.lineno
            for call in calls(path)
            if named(call.func) in RUNS_TEXT or any(word.arg == "shell" for word in call.keywords)
        ]

    assert finding(FILES, look) == {}
    starters = {"subprocess", "multiprocessing", "pty", "os.fork", "os.execv", "os.posix_spawn"}
    found = finding(SERVED, lambda path: set(imported(path)) & starters)
    assert found == {HASHING: ["subprocess"]}


def test_the_one_program_that_is_started_is_our_own() -> None:
    """Its words are the interpreter, our file and a number; nothing that arrives is among them."""
    (command,) = [
        node.value
        for node in ast.walk(tree(Path(HASHING)))
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "self._command"
    ]
    assert ast.unparse(command) == "[sys.executable, '-I', str(WORKER), str(memory_kib)]"
    (start,) = [call for call in calls(Path(HASHING)) if named(call.func) == "subprocess.Popen"]
    assert ast.unparse(start.args[0]) == "self._command"


def test_what_arrives_never_chooses_its_own_type() -> None:
    def loads(path: Path) -> list[str]:
        texts = (ast.unparse(call) for call in calls(path) if named(call.func) == "yaml.load")
        return [text for text in texts if "Loader=_LOADER" not in text]

    assert finding(FILES, lambda path: set(imported(path)) & OBJECT_READERS) == {}
    assert finding(FILES, loads) == {}


@pytest.mark.parametrize("language", FOREIGN_LANGUAGES)
def test_nothing_speaks_it(language: str) -> None:
    names = FOREIGN_LANGUAGES[language]
    assert finding(SERVED, lambda path: set(imported(path)) & names) == {}


TAKES_PATTERN = {
    "re.compile", "re.match", "re.search", "re.fullmatch", "re.sub", "re.split", "Template",
}  # fmt: skip


def test_patterns_and_templates_are_our_own_words() -> None:
    """No regular expression, format string or template is made of what somebody sent."""

    def look(path: Path) -> list[str]:
        texts = [call.args[0] for call in calls(path) if named(call.func) in TAKES_PATTERN]
        made = [call for call in calls(path) if named(call.func).endswith("from_string")]
        formats = [call for call in calls(path) if _formats_a_variable(call.func)]
        foreign = [ast.unparse(text) for text in texts if not _is_ours(text)]
        return foreign + [ast.unparse(call) for call in made + formats]

    assert finding(SERVED, look) == {}


def _formats_a_variable(function: ast.expr) -> bool:
    is_format = isinstance(function, ast.Attribute) and function.attr in {"format", "format_map"}
    return is_format and not isinstance(function.value, ast.Constant)  # type: ignore[attr-defined]


def _is_ours(text: ast.expr) -> bool:
    """A literal, literals joined, or named constants put into one."""
    if isinstance(text, ast.JoinedStr):
        holes = (part.value for part in text.values if isinstance(part, ast.FormattedValue))
        return all(isinstance(hole, ast.Name) and hole.id.isupper() for hole in holes)
    if isinstance(text, ast.BinOp):
        return _is_ours(text.left) and _is_ours(text.right)
    return isinstance(text, ast.Constant)


RUNS_SQL = {"fetch", "fetchrow", "fetchval", "execute", "executemany", "cursor"}
WRITES_ITS_SQL = {"services/kernel/migrate.py", "services/kernel/bootstrap.py"}
"""Run whole files of ours, and statements whose names PostgreSQL itself has quoted."""


def test_no_statement_is_put_together() -> None:
    def look(path: Path) -> list[str]:
        first = [
            call.args[0]
            for call in calls(path)
            if isinstance(call.func, ast.Attribute) and call.func.attr in RUNS_SQL and call.args
        ]
        built = (ast.JoinedStr, ast.BinOp, ast.Await)
        return [ast.unparse(text) for text in first if isinstance(text, built)]

    found = finding(SERVED, look)
    assert found.keys() == WRITES_ITS_SQL, "neither more nor fewer"


SQL_FILES = sorted(
    path.relative_to(ROOT)
    for folder in ("services", "migrations")
    for path in (ROOT / folder).rglob("*.sql")
)
FORMAT = re.compile(r"format\(\s*(?:'((?:[^']|'')*)'|\$sql\$(.*?)\$sql\$)", re.DOTALL)
PLAIN_HOLES = {
    "services/kernel/bootstrap.sql": 2,  # LOGIN or NOLOGIN, and the locale: literals there
    "services/kernel/reencryption.sql": 2,  # a quoted name or NULL, and a type of the catalogue
    "services/kernel/user_data.sql": 5,  # conditions made above it of names from the catalogue
}


def test_sql_that_makes_sql_quotes_every_value() -> None:
    for path in SQL_FILES:
        text = re.sub(r"--[^\n]*", "", (ROOT / path).read_text())
        dynamic = re.findall(r"\bEXECUTE\s+(?!FUNCTION\b|ON\b)(\S+)", text)
        assert [start for start in dynamic if not start.startswith("format(")] == [], path
        templates = ["".join(found) for found in FORMAT.findall(text)]
        plain = sum(len(re.findall(r"%(?:\d+\$)?s", template)) for template in templates)
        assert plain == PLAIN_HOLES.get(str(path), 0), path


HTTP_CLIENTS = {"httpx", "openai", "requests", "urllib.request", "elasticsearch", "aiohttp"}
MAY_SPEAK_HTTP = (
    *("services/profile/linkedin/", "workers/sms/", "workers/actors/"),
    *("services/profile/actions/files.py", "services/kernel/public_http.py"),
)
"""LinkedIn's client, the SMS provider's, what puts exports at, or fetches a post's files from, an
address in our own store that another of ours has signed, and the one way to addresses that users
give."""


def test_only_named_parts_open_connections_over_http() -> None:
    users = finding(SERVED, lambda path: set(imported(path)) & HTTP_CLIENTS)
    assert users
    assert [path for path in users if not path.startswith(MAY_SPEAK_HTTP)] == []


CARELESS = {
    ("follow_redirects", "True"), ("verify", "False"), ("validate_certs", "False"),
    ("ssl", "False"), ("verify_ssl", "False"), ("trust_env", "True"), ("debug", "True"),
}  # fmt: skip


def test_no_client_follows_a_redirect_or_skips_a_certificate() -> None:
    def look(path: Path) -> set[tuple[str | None, str]]:
        words = [word for call in calls(path) for word in call.keywords]
        return {(word.arg, ast.unparse(word.value)) for word in words} & CARELESS

    assert finding(SERVED, look) == {}


def test_no_client_takes_a_proxy_from_its_surroundings() -> None:
    def look(path: Path) -> list[str]:
        made = [call for call in calls(path) if named(call.func).startswith("httpx.")]
        clients = [call for call in made if named(call.func).endswith("Client")]
        return [ast.unparse(call) for call in clients if "trust_env=False" not in ast.unparse(call)]

    assert finding(SERVED, look) == {}


PAUSES = {"services/kernel", "workers"}
"""Where `random` may spread pauses; nothing there makes a token, code, key or id."""


def test_what_must_not_be_guessed_comes_from_the_systems_generator() -> None:
    users = finding(FILES, lambda path: set(imported(path)) & {"random", "numpy"})
    assert [path for path in users if str(Path(path).parent) not in PAUSES] == []
    assert finding(FILES, lambda path: set(imported(path)) & {"uuid.uuid1", "uuid.uuid3"}) == {}
    assert finding(SERVED, lambda path: set(imported(path)) & {"secrets"})


WEAK = {"modes", "ECB", "CBC", "CTR", "TripleDES", "ARC4", "Blowfish", "PKCS1v15", "MD5", "md5"}
SHA1 = {"SHA1", "sha1"}
MAY_USE_SHA1 = "services/auth/mfa/"
"""One-time passwords by time: authenticator apps know HMAC-SHA-1 (RFC 6238), where it is sound."""
SIGNS_RS256 = "stack/sandbox/linkedin/signing.py"
"""LinkedIn's ID tokens are signed so (RFC 7518); what is weak is to encrypt by PKCS #1 v1.5."""


def test_only_sound_hashes_and_ciphers_are_used() -> None:
    def look(path: Path) -> set[str]:
        names = {node.attr for node in ast.walk(tree(path)) if isinstance(node, ast.Attribute)}
        names |= {name.rpartition(".")[2] for name in imported(path)}
        weak = WEAK if str(path).startswith(MAY_USE_SHA1) else WEAK | SHA1
        return names & (weak - {"PKCS1v15"} if str(path) == SIGNS_RS256 else weak)

    assert finding(FILES, look) == {}


def test_only_one_library_encrypts() -> None:
    """No cipher or signature is written by ourselves or taken from elsewhere."""
    others = {"Crypto", "Cryptodome", "nacl", "rsa", "ecdsa", "pyaes", "jose", "jwt", "authlib"}
    assert finding(SERVED, lambda path: set(imported(path)) & others) == {}
    assert finding(SERVED, lambda path: set(imported(path)) & {"cryptography"})


def test_one_place_sets_the_one_cookie() -> None:
    def look(path: Path) -> list[str]:
        constants = (node.value for node in ast.walk(tree(path)) if isinstance(node, ast.Constant))
        return [text for text in constants if isinstance(text, str) and text == "set-cookie"]

    assert finding(SERVED, look).keys() == {"services/profile/servicer.py"}


SECRETS = (
    r"-----BEGIN [A-Z ]*PRIVATE KEY", r"\bAKIA[0-9A-Z]{16}\b", r"\bsk-[A-Za-z0-9]{20,}",
    r"\bgh[pousr]_[A-Za-z0-9]{30,}", r"eyJ[\w-]{10,}\.eyJ", r"://[\w.-]+:[^@{}\s/\"']{6,}@",
)  # fmt: skip


def test_no_secret_is_written_into_the_code() -> None:
    """Private keys, tokens of well-known services, passwords in addresses."""

    def look(path: Path) -> list[str]:
        text = (ROOT / path).read_text()
        return [found for pattern in SECRETS for found in re.findall(pattern, text)]

    assert finding(FILES, look) == {}
