# Every verb calls scripts/VERB.ts, which does the work and takes --help. A variable given here is its option:
# `make scale REPLICAS=2` is `scripts/scale.ts --replicas=2`. make turns each failure into its own exit code 2;
# the real one is the script's.

.DEFAULT_GOAL := help
.PHONY: help install up provision deploy-swarm smoke status scale logs rollback teardown test bench

help: ## list the verbs, in the order in which one uses them
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

up: ## provision, deploy and smoke, on a bare machine or again
	@$(MAKE) --no-print-directory provision
	@$(MAKE) --no-print-directory deploy-swarm
	@$(MAKE) --no-print-directory smoke

install: node_modules/.ready ## install the packages that the scripts need
node_modules/.ready: package-lock.json scripts/lib/install.sh
	@scripts/lib/install.sh
	@touch $@

provision: install ## install and start Docker, initialise Swarm, make the Redis password
	@scripts/provision.ts

deploy-swarm: install ## build, deploy and verify the counter       [REPLICAS=n] [PORT=n] [BASE_IMAGES=...]
	@scripts/deploy-swarm.ts

smoke: install ## check the running deployment from outside         [BASE_URL=http://...]
	@scripts/smoke.ts

status: install ## replicas, version, age, restarts and url         [JSON=1]
	@scripts/status.ts

scale: install ## change the number of replicas, for good           REPLICAS=n
	@scripts/scale.ts

logs: install ## the last lines of the replicas                     [SERVICE=app|redis|proxy] [TAIL=n] [FOLLOW=1]
	@scripts/logs.ts

rollback: install ## back to the version before                     [VERSION=...]
	@scripts/rollback.ts

teardown: install ## remove the deployment; the data stays          [YES=1] [PURGE=1]
	@scripts/teardown.ts

test: install ## run every test; installs what they need
	@scripts/test.ts

bench: install ## measure what a replica does, and what four do     [ROUNDS=n] [JSON=1]
	@scripts/bench.ts
