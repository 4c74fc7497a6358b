# Every verb calls scripts/VERB.ts, which does the work and takes --help. A variable on make's command line is its
# option: `make scale REPLICAS=2` is `scripts/scale.ts --replicas=2`. One that is only exported is not. make turns each
# failure into its own exit code 2; the real one is the script's.

.DEFAULT_GOAL := help
# Each verb goes on from what the one before it made. What is printed to stdout is the verb's alone.
.NOTPARALLEL:
MAKEFLAGS += --no-print-directory
.PHONY: help install up provision deploy-swarm deploy-k3s forward smoke status scale logs rollback teardown check test bench load load-ui compare consistency failover prove backup restore reports

# The names of the variables on the command line, for the scripts.
given = $(strip $(foreach name,$(.VARIABLES),$(if $(filter command,$(firstword $(origin $(name)))),$(name))))
export COMMAND_LINE_VARIABLES := $(given)

help: ## list the verbs, in the order in which one uses them
	@awk -F ':.*## |  +' '/^[a-z0-9-]+:.*## / { printf "  make %-14s %-61s %s\n", $$1, $$2, $$3 }' $(firstword $(MAKEFILE_LIST))

# As the scripts choose; where Swarm and k3s are both there, and none is named, provision says so and ends it.
up: chosen = $(or $(if $(filter ORCHESTRATOR,$(given)),$(ORCHESTRATOR)),$(if $(wildcard /etc/rancher/k3s/k3s.yaml),k3s,swarm))
up: ## provision, deploy and smoke, bare or again   [ORCHESTRATOR=swarm|k3s]
	@$(MAKE) provision
	@$(MAKE) deploy-$(chosen)
	@$(MAKE) smoke

install: node_modules/.ready ## install the packages that the scripts need
node_modules/.ready: package-lock.json scripts/lib/install.sh
	@scripts/lib/install.sh
	@touch $@

provision: install ## install Docker, and Swarm or k3s   [ORCHESTRATOR=swarm|k3s] [K3S_ARTIFACTS=dir]
	@scripts/provision.ts

deploy-swarm: install ## build, deploy and verify the counter   [REPLICAS=n] [PORT=n] [REDIS=single|sentinel|...] [WAIT=1] [BASE_IMAGES=...]
	@scripts/deploy-swarm.ts

deploy-k3s: install ## the same on k3s   [REPLICAS=n] [PORT=n] [REDIS=...] [WAIT=1] [BASE_IMAGES=...]
	@scripts/deploy-k3s.ts

forward: install ## open the counter on k3s where no load balancer does   [PORT=n]
	@scripts/forward.ts

smoke: install ## check the running deployment from outside   [BASE_URL=http://...]
	@scripts/smoke.ts

status: install ## what runs, each instance, and whether it is well   [JSON=1] [WATCH=1]
	@scripts/status.ts

scale: install ## change the number of replicas, for good   REPLICAS=n
	@scripts/scale.ts

logs: install ## the last lines of the replicas   [SERVICE=app|redis|sentinel|proxy] [TAIL=n] [FOLLOW=1]
	@scripts/logs.ts

rollback: install ## back to the version before   [VERSION=...]
	@scripts/rollback.ts

teardown: install ## remove the deployment; the data stays   [YES=1] [PURGE=1]
	@scripts/teardown.ts

check: install ## types, lint, format and unit tests, before each commit   [ONLY=path|name]
	@scripts/check.ts

test: install ## run every test; installs what they need   [ONLY=path|name]
	@scripts/test.ts

bench: install ## measure what a replica does, and what four do   [ROUNDS=n] [JSON=1]
	@scripts/bench.ts

load: install ## send a load, and measure what its users see   [PROFILE=average|max|...] [GENERATOR=...] [BASE_URL=...]
	@scripts/load.ts

load-ui: install ## a page to start, watch and stop loads, until Ctrl-C   [PROFILE=average|max|...] [START=1]
	@scripts/load-ui.ts

compare: install ## what replicas buy, and an orchestrator costs   [REPLICAS="1 4"] [ROUNDS=n] [BUDGET=total] [BASELINE=dir] [QUICK=1]
	@scripts/compare.ts

consistency: install ## count through the front door, and read what came of it   [MODES="single sentinel"] [INCREMENTS=n] [BASE_URL=...]
	@scripts/consistency.ts

failover: install ## end Redis, a replica or the proxy under load   [KILL=redis|app|proxy|...] [FREEZE=1|PARTITION=1] [ROUNDS=n] [YES=1]
	@scripts/failover.ts

prove: install ## change and break it under load, and show what that costs   [ACTS=roll,...] [RATE=n] [YES=1]
	@scripts/prove.ts

backup: install ## copy the count while it is counted   [BACKUPS=dir] [KEEP=n] [DRILL=1] [FROM=n]
	@scripts/backup.ts

restore: install ## put the count of a backup in its place   FILE=path [YES=1]
	@scripts/restore.ts

reports: install ## list the reports of such runs   [JSON=1]
	@scripts/reports.ts
