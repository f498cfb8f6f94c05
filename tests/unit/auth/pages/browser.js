// As much of a browser as the pages use. Reads {script, address, answers, typed, presses} as JSON
// from standard input; prints what the page sent and what it shows after each press.
const vm = require("node:vm");
const asked = JSON.parse(require("node:fs").readFileSync(0, "utf8"));
const sent = [];
const shows = [];
const element = (own = {}) => ({
  hidden: false, textContent: "", disabled: false, value: "", type: "password", checked: false,
  heard: {},
  addEventListener(name, listener) { this.heard[name] = listener; },
  ...own,
});
const button = element();
const parts = {
  form: element({ hidden: true, querySelector: () => button }),
  status: element(), password: element({ value: asked.typed || "" }), shown: element(),
};
const address = new URL(asked.address);
const page = {
  URLSearchParams, JSON, Array, String,
  location: address,
  history: { replaceState: (_state, _title, path) => { page.addressBar = path; } },
  document: { getElementById: (id) => parts[id] },
  fetch: async (path, request) => {
    sent.push({ path, ...request, wasDisabled: button.disabled });
    const answer = asked.answers.shift();
    if (answer === null) throw new TypeError("network");
    return { ok: answer.status === 200, json: async () => answer.body };
  },
};
vm.runInNewContext(asked.script, page);
const look = () => shows.push({
  says: parts.status.textContent, formHidden: parts.form.hidden, disabled: button.disabled,
  passwordType: parts.password.type, addressBar: page.addressBar,
});
(async () => {
  look();
  for (const press of asked.presses) {
    if (press === "show") {
      parts.shown.checked = true;
      parts.shown.heard.change({ target: parts.shown });
    } else {
      parts.form.heard.submit({ preventDefault() {} });
    }
    await new Promise((done) => setImmediate(done));
    look();
  }
  console.log(JSON.stringify({ sent, shows }));
})();
