// Compiles each report as an array of Code Climate's issues, with what GitLab needs besides; prints the errors.
const ts = require('typescript')
const path = require('node:path')

const head =
  "import type { Issue } from 'codeclimate-types'\n" +
  "type Reported = Issue & Required<Pick<Issue, 'severity' | 'fingerprint'>>\n"

const reports = JSON.parse(require('node:fs').readFileSync(0, 'utf8'))
const files = new Map(
  reports.map((report, index) => [
    path.join(__dirname, `report-${index}.ts`),
    `${head}export const report: Reported[] = ${JSON.stringify(report)}\n`,
  ]),
)
const options = {
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  lib: ['lib.es2022.d.ts'],
  noEmit: true,
  skipLibCheck: true,
  strict: true,
  target: ts.ScriptTarget.ES2022,
  types: [],
}
const host = ts.createCompilerHost(options)
const { fileExists, getSourceFile } = host
host.fileExists = (file) => files.has(file) || fileExists(file)
host.getSourceFile = (file, language, ...rest) =>
  files.has(file) ? ts.createSourceFile(file, files.get(file), language) : getSourceFile(file, language, ...rest)
const program = ts.createProgram([...files.keys()], options, host)
const told = ts.getPreEmitDiagnostics(program).map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' '))
console.log(JSON.stringify(told))
