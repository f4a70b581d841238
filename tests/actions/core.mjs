// Reads annotations from standard input (a JSON list of command, message and properties) and lets GitHub's own library print them.
import { readFileSync } from 'node:fs';
import * as core from '@actions/core';

for (const { command, message, properties } of JSON.parse(readFileSync(0, 'utf8'))) {
  core[command](message, properties);
}
