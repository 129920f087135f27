#!/usr/bin/env node
import { bootstrap } from './application/runtime/bootstrap.ts';

process.exit(await bootstrap(process.env, process.argv));
