#!/bin/sh
# Builds Jaeger 2.13 for SANDLOT_TEST_JAEGER, from its Go module: sh test/e2e/build-jaeger.sh FILE
# Needs Go 1.25 or later and some minutes. Its web page is a placeholder then, its API is whole. v1.76.0 is the module's name for 2.13.0;
# "go install" refuses it, because its go.mod replaces a module.
set -e
case ${1:?"Say where the program goes"} in /*) to=$1 ;; *) to=$PWD/$1 ;; esac
folder=$(go mod download -json github.com/jaegertracing/jaeger@v1.76.0 | sed -n 's/^\t"Dir": "\(.*\)",\{0,1\}$/\1/p')
cd "$folder"
CGO_ENABLED=0 go build -o "$to" ./cmd/jaeger
