# SPDX-License-Identifier: Apache-2.0
# Thin targets; the work is in Scripts/.

PREFIX ?= /usr/local
export PREFIX TASK FLAGS

.PHONY: do test build install uninstall format docs peers clean

do: ## make do TASK="Turn Wi-Fi off": sets up, builds, and does the task on the built-in device
	@Scripts/run

test: ## sets up, builds everything once and runs all tests
	@Scripts/test

build: ## builds the program in release mode
	@Scripts/setup build && Scripts/build

install: ## installs below PREFIX (default /usr/local)
	@Scripts/install

uninstall: ## takes away what install put there
	@Scripts/install --uninstall

format: ## formats the sources in place
	@Scripts/format

docs: ## builds the pages of the library targets into .build/docs
	@Scripts/docs

peers: ## fetches the programs that droidagent is only compared with
	@Scripts/peers

clean: ## removes what was built
	rm -rf .build .build-sanitize-*
