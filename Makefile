# Aliases; dev.py does the work and explains itself.
.PHONY: setup run test check
setup run test check:
	@python3 dev.py $@
