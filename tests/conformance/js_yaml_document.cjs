// Reads documents from standard input (a JSON list of texts) and writes what the framework's js-yaml makes of each, short
// tags in their long form, or the error that it stops with.
const texts = JSON.parse(require('fs').readFileSync(0, 'utf8'));
const yaml = require('js-yaml');
const schema = require('osls3/lib/utils/serverless-utils/cloudformation-schema');
const read = (text) => {
  try {
    return { document: yaml.load(text, { schema }) };
  } catch (error) {
    return { error: String(error) };
  }
};
process.stdout.write(JSON.stringify(texts.map(read)));
