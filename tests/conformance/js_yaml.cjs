// Reads texts from standard input (a JSON list) and writes what each of the frameworks' js-yaml takes them for.
// Each value is written as `type:text`, so that 1 and "1", or -0 and 0, stay apart; dates as the frameworks write them.
const texts = JSON.parse(require('fs').readFileSync(0, 'utf8'));
const show = (value) =>
  value instanceof Date ? `string:${JSON.stringify(value).slice(1, -1)}` : `${value === null ? 'null' : typeof value}:${value}`;
const readWith = (yaml, schema) => texts.map((text) => show(yaml.load(text, schema ? { schema } : {})));
const old = require('serverless1/node_modules/js-yaml');
const current = require('js-yaml');
process.stdout.write(
  JSON.stringify({
    'js-yaml-3': readWith(old),
    'js-yaml-4': readWith(current),
    osls: readWith(current, require('osls3/lib/utils/serverless-utils/cloudformation-schema')),
  })
);
