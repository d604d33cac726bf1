# What one types here. Everything happens in .venv, which is made on first use; nothing outside this folder is changed.

PORT ?= 8000
ARGS ?=
export PYTHON
unexport PYTHONDONTWRITEBYTECODE # tests start programs by the hundred: what is compiled is kept, where git ignores it
bin := .venv/bin

.DEFAULT_GOAL := help
.PHONY: help install develop run call test check format bench counting lock

help: ## this list
	@echo "Fanal: one number, the right helpline."
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' Makefile

install: ## the environment in .venv, to run the program (PYTHON= chooses another Python)
	@sh requirements/install.sh runtime

develop: ## the environment with what tests and checks need on top
	@sh requirements/install.sh develop

run: install ## everything on this machine, with a phone in the browser (PORT=8000); Ctrl-C stops it
	@exec $(bin)/fanal run --port $(PORT)

call: install ## a call in the terminal, while `make run` runs (ARGS="--help" tells more)
	@exec $(bin)/fanal call $(ARGS)

test: develop ## the tests (ARGS="-k hours" for some of them, ARGS="-n 0" in one process)
	@$(bin)/python -m pytest -n 4 --dist loadfile --no-loadscope-reorder $(ARGS)

check: develop ## what CI checks: format, lint, types, the directory's data, tests
	$(bin)/ruff format --check .
	$(bin)/ruff check .
	$(bin)/mypy
	$(bin)/fanal directory check --path directory/data
	$(MAKE) --no-print-directory test

format: develop ## the code laid out as the check wants it
	$(bin)/ruff check --fix-only .
	$(bin)/ruff format .

bench: develop ## how fast everything is, beside its targets: 20 minutes (ARGS="--quick", ARGS="step start --json")
	@$(bin)/python -m bench $(ARGS)

counting: develop ## how many events a second one worker adds up, on both databases (ARGS="--events 1000000")
	@$(bin)/python -m bench.counting $(ARGS)

lock: ## requirements/*.lock anew from requirements/*.in (ARGS="--upgrade" takes newer versions)
	@sh requirements/lock.sh $(ARGS)
