#!/usr/bin/env bash
# Installs the workspace with pnpm, type-checks the alias as DreamNet does, and runs three cycles of the Halo-Loop.
set -euo pipefail
cd "$(dirname "$0")"
pnpm() { npx --yes pnpm@12.21.0 "$@"; }
pnpm install --no-lockfile --reporter=silent
pnpm typecheck --filter @dreamnet/octopus-executor
pnpm typecheck
exec node packages/dreamnet-os/main.ts
