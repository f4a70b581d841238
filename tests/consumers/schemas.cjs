// Compiles a schema strictly, and prints for each document what is wrong with it: an empty text for nothing.
const Ajv2020 = require('ajv/dist/2020').default
const addFormats = require('ajv-formats').default

const { schema, documents } = JSON.parse(require('node:fs').readFileSync(0, 'utf8'))
const ajv = new Ajv2020({ strict: true, strictTypes: false, strictRequired: false })
addFormats(ajv)
const validate = ajv.compile(schema)
console.log(JSON.stringify(documents.map((one) => (validate(one) ? '' : ajv.errorsText(validate.errors)))))
