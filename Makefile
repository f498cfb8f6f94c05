# Each target is one line onto uv. On a machine with Python 3.11 or newer, make and git,
# `make up` and `make test` are all there is to know; uv is fetched into .uv/ when it is missing.
UV_VERSION := 0.13.9
UV := $(shell command -v uv 2>/dev/null || echo .uv/bin/uv)
PYTHON ?= python3
FETCH_UV := --quiet --disable-pip-version-check uv==$(UV_VERSION)
RUN := $(UV) run --locked --all-extras

.PHONY: help up down test again check generate bench tour clean

help:            ## show this
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

up: $(UV)        ## start everything on this machine; Ctrl-C stops it
	@exec $(RUN) --no-dev inergize up $(ARGS)

down: $(UV)      ## stop what `make up` started from another terminal
	@$(RUN) --no-dev inergize down

tour: $(UV)      ## walk through the product against a running stack
	@$(RUN) --no-dev inergize tour

test: $(UV) check ## every check and every test
	@$(RUN) pytest -n 2 --dist loadgroup $(ARGS)

again: $(UV) check ## what failed last time, one test at a time
	@$(RUN) pytest --last-failed --last-failed-no-failures none $(ARGS)

check: $(UV)     ## lint, types, contracts, migrations: what needs no server
	@$(RUN) ruff check --quiet .
	@$(RUN) ruff format --check --quiet .
	@$(RUN) mypy
	@$(RUN) inergize generate --lint

generate: $(UV)  ## derive the stubs and tables from the contracts and settings
	@$(RUN) inergize generate

bench: $(UV)     ## measure against bare baselines, in one run
	@$(RUN) python -m bench $(ARGS)

clean: $(UV)     ## stop it and forget its data, which is in .inergize
	@$(RUN) --no-dev inergize down --data-dir .inergize
	rm -rf .inergize

.uv/bin/uv:
	@echo "fetching uv $(UV_VERSION) into .uv/"
	@rm -rf .uv
	@if $(PYTHON) -m venv .uv >/dev/null 2>&1; then .uv/bin/python -m pip install $(FETCH_UV); \
	 else rm -rf .uv; $(PYTHON) -m pip install --target .uv $(FETCH_UV); fi \
	 || { echo "error: uv could not be fetched, see above: it takes the network, and pip or venv of" \
	 "$(PYTHON) (Debian, Ubuntu: apt install python3-venv); or install uv yourself" >&2; exit 1; }

ifneq ($(UV),.uv/bin/uv)
$(UV): ;
endif
