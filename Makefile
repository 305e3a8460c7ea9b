# Every command is a script under ops/ that can be called by itself; this file only gives them short names.
# Settings go in front or behind: `make up PORT_TRACKER=5000 PORT_LICENSE=5001 RUN_DIR=/tmp/second DEMO=0`.

.PHONY: help run up down test lint format bench soak clean
.NOTPARALLEL:

help:
	@echo 'make run      both programs with demo data, in the foreground (tracker :3000, license server :4000)'
	@echo 'make up       the same in the background; writes .run/env          make down   stops it'
	@echo 'make test     every test, browser tests too                        make lint   every check of the text'
	@echo 'make format   swift format in place                                make clean  stops and deletes what was made'
	@echo 'make bench    measures and prints one table                        make soak   long runs with kill -9'

# A shell that starts make in the background has it ignore SIGINT; ops/run is to stop on it all the same.
run:
	@env --default-signal=INT ops/run

up:
	@ops/up

down:
	@ops/down

test:
	@ops/test

lint:
	@ops/lint

format:
	@swift format --in-place --parallel --recursive Sources Tests Package.swift

bench:
	@ops/bench/run

soak:
	@ops/soak/run
	@ops/soak/deliveries.py
	@ops/soak/rollups.py
	@ops/fuzz-api
	@if [ "$$(id -u)" = 0 ]; then ops/installer-test; else echo 'The installer is not tried: that needs root.'; fi

clean:
	@ops/clean
