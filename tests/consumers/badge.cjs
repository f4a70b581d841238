// Draws each badge of the endpoint's JSON as shields.io does, and prints the pictures.
const { makeBadge } = require('badge-maker')

const told = JSON.parse(require('node:fs').readFileSync(0, 'utf8'))
console.log(JSON.stringify(told.map(({ label, message, color }) => makeBadge({ label, message, color }))))
