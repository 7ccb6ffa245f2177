// Checks officers' exports: a second reading of docs/reference/export-format.md, without a package.
//
//   node verify-export.mjs KEY FILE...     KEY is the log's key: name+id+base64
//
// Writes one JSON object a file: { good, reason, line, counts }, where `line` is counted from 1.

import { createHash, createHmac, createPublicKey, verify } from 'node:crypto'
import { closeSync, openSync, readSync } from 'node:fs'
import { pathToFileURL } from 'node:url'

const MAX_LINE = 1 << 20
const MAX_P = 64 * 1024
const MAX_NOTE = 256 * 1024
const MAX_SIGNATURES = 64
const MAX_SIZE = 1n << 63n
const MERGE_DELAY_MS = 86_400_000n
const COUNTED = ['open', 'erased', 'filtered', 'sealed', 'epochs', 'origins']
const PSEUDONYM = /^[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){2}$/
const CLOSED = ['erased', 'filtered', 'sealed']
const SPACE = /[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/u

class Flaw extends Error {
  constructor(reason, line) {
    super(reason)
    this.reason = reason
    this.line = line
  }
}

function malformed() {
  throw new Flaw('malformed')
}

function need(isSo) {
  if (!isSo) malformed()
}

// --- hashes ----------------------------------------------------------------------------------------

function sha256(...parts) {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest()
}

function hmac(key, ...parts) {
  const mac = createHmac('sha256', key)
  for (const part of parts) mac.update(part)
  return mac.digest()
}

const KEY_A = sha256('habeas/commit-a/v1')
const leafHash = (leaf) => sha256(Buffer.of(0), leaf)
const nodeHash = (left, right) => sha256(Buffer.of(1), left, right)

function u32(number) {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(number)
  return bytes
}

/** C of an opening: what stands in the log when r, T, P and B are true. */
function commitment({ r, t, p, b }) {
  const text = Buffer.from(p)
  const a = hmac(KEY_A, r, t, u32(text.length), text)
  return sha256('habeas/commit/v1\0', a, b)
}

// --- the tree (RFC 6962) ---------------------------------------------------------------------------

function push(subtrees, level, at, hash) {
  while (at & 1n && subtrees.length && subtrees.at(-1).level === level) {
    hash = nodeHash(subtrees.pop().hash, hash)
    level += 1n
    at >>= 1n
  }
  subtrees.push({ level, at, hash })
}

function leftNodes(first) {
  const nodes = []
  for (let level = 63n; level >= 0n; level--) {
    if ((first >> level) & 1n) nodes.push({ level, at: (first >> level) - 1n })
  }
  return nodes
}

function rightLength(end, size) {
  let met = 0
  for (let at = end - 1n, last = size - 1n; last; at >>= 1n, last >>= 1n) {
    if (!(at & 1n) && at < last) met++
  }
  return met
}

/** The root of the tree of `size` leaves over a run and the hashes beside it; undefined if they do not fit. */
function rootOf({ first, end, subtrees }, size, left, right) {
  const before = leftNodes(first)
  if (end > size || left.length !== before.length || right.length !== rightLength(end, size)) return undefined
  const whole = []
  before.forEach(({ level, at }, n) => push(whole, level, at, left[n]))
  for (const { level, at, hash } of subtrees) push(whole, level, at, hash)
  let { level, at, hash } = whole.pop()
  let taken = 0
  for (let last = (size - 1n) >> level; last; at >>= 1n, last >>= 1n) {
    if (at & 1n) hash = nodeHash(whole.pop().hash, hash)
    else if (at < last) hash = nodeHash(hash, right[taken++])
  }
  return hash
}

function included(leaf, index, size, proof, root) {
  if (index >= size) return false
  let taken = 0
  let hash = leaf
  for (let at = index, last = size - 1n; last; at >>= 1n, last >>= 1n) {
    if ((at ^ 1n) > last) continue
    if (taken === proof.length) return false
    const sibling = proof[taken++]
    hash = at & 1n ? nodeHash(sibling, hash) : nodeHash(hash, sibling)
  }
  return taken === proof.length && hash.equals(root)
}

// --- reading members, each in its one form -----------------------------------------------------------

function sorted(value) {
  if (Array.isArray(value)) return value.map(sorted)
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.keys(value).sort().map((name) => [name, sorted(value[name])]))
}

const canonical = (value) => JSON.stringify(sorted(value))

function isWhole(value) {
  if (typeof value === 'string') return value.isWellFormed()
  if (value === null || typeof value !== 'object') return true
  return Object.entries(value).every(([name, member]) => name.isWellFormed() && isWhole(member))
}

function json(text) {
  let value
  try {
    value = JSON.parse(text)
  } catch {
    malformed()
  }
  need(isWhole(value))
  return value
}

function isObject(value) {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
}

/** The object that a line is the one form of. */
function object(line) {
  const text = line.toString('utf8')
  need(Buffer.from(text).equals(line))
  const value = json(text)
  need(isObject(value) && canonical(value) + '\n' === text)
  return value
}

function members(value, names, optional = []) {
  need(isObject(value))
  need(names.every((name) => Object.hasOwn(value, name)))
  need(Object.keys(value).every((name) => names.includes(name) || optional.includes(name)))
  return value
}

function text(value) {
  need(typeof value === 'string')
  return value
}

function moment(value) {
  need(Number.isSafeInteger(value) && value >= 0)
  return value
}

function number(value) {
  need(/^(0|[1-9][0-9]{0,18})$/.test(text(value)))
  const counted = BigInt(value)
  need(counted < MAX_SIZE)
  return counted
}

function octets(value, length) {
  const bytes = Buffer.from(text(value), 'base64url')
  need(bytes.toString('base64url') === value)
  need(length === undefined || bytes.length === length)
  return bytes
}

function hashes(value) {
  const bytes = octets(value)
  need(bytes.length % 32 === 0)
  return Array.from({ length: bytes.length / 32 }, (_, n) => bytes.subarray(32 * n, 32 * n + 32))
}

function opening(value) {
  members(value, ['r', 't', 'p', 'b'])
  const half = { r: octets(value.r, 32), t: octets(value.t, 32), p: text(value.p), b: octets(value.b, 32) }
  need(half.p.length <= MAX_P || [...half.p].length <= MAX_P)
  return half
}

/** The members of a P that a check goes by. */
function saidBy(p) {
  const told = json(p)
  need(isObject(told))
  text(told.type)
  text(told.actor)
  text(told.company ?? (Object.hasOwn(told, 'company') ? null : ''))
  moment(told.at)
  return told
}

// --- what was asked for ------------------------------------------------------------------------------

function readAsked(value) {
  members(value, [], ['company', 'types', 'since', 'until', 'from', 'to'])
  const has = (name) => Object.hasOwn(value, name)
  const asked = { json: value, types: [] }
  if (has('company')) asked.company = text(value.company)
  if (has('types')) {
    need(Array.isArray(value.types) && value.types.length > 0)
    asked.types = value.types.map(text)
    need(asked.types.every((type) => /^[a-z_]{1,64}$/.test(type)))
    need(asked.types.every((type, n) => n === 0 || asked.types[n - 1] < type))
  }
  if (has('since')) asked.since = moment(value.since)
  if (has('until')) asked.until = moment(value.until)
  if (has('from')) asked.from = number(value.from)
  if (has('to')) asked.to = number(value.to)
  const byTime = has('since') || has('until')
  need(!(byTime && (has('from') || has('to'))))
  need(!(has('since') && has('until') && asked.since > asked.until))
  need(!(has('from') && has('to') && asked.from > asked.to))
  asked.isEverything = !has('company') && !has('types') && !byTime
  return asked
}

function wants(asked, p) {
  return (
    (asked.types.length === 0 || asked.types.includes(p.type)) &&
    (asked.company === undefined || (p.company || p.actor) === asked.company) &&
    (asked.since === undefined || p.at >= asked.since) &&
    (asked.until === undefined || p.at < asked.until)
  )
}

// --- lines -------------------------------------------------------------------------------------------

function readManifest(line) {
  const value = members(object(line), [
    'format', 'v', 'origin', 'size', 'root', 'first', 'last', 'asked', 'by', 'at', 'entry',
  ])
  need(value.format === 'habeas/log-export' && value.v === 1)
  const manifest = {
    origin: text(value.origin),
    size: number(value.size),
    root: octets(value.root, 32),
    first: number(value.first),
    last: number(value.last),
    asked: readAsked(value.asked),
    by: text(value.by),
    at: moment(value.at),
    entry: opening(value.entry),
  }
  need(manifest.first <= manifest.last && manifest.last < manifest.size)
  return manifest
}

function readLine(line) {
  const value = object(line)
  switch (value.kind) {
    case 'open': {
      members(value, ['kind', 'leaf', 'c', 'r', 't', 'p', 'b'], ['who'])
      const { r, t, p, b } = value
      const half = opening({ r, t, p, b })
      if (Object.hasOwn(value, 'who')) need(PSEUDONYM.test(text(value.who)))
      return { kind: 'open', counted: 'open', leaf: number(value.leaf), c: octets(value.c, 32), half }
    }
    case 'closed':
      members(value, ['kind', 'leaf', 'c', 'why'])
      need(CLOSED.includes(value.why))
      return { kind: 'closed', counted: value.why, leaf: number(value.leaf), c: octets(value.c, 32) }
    case 'epoch':
    case 'origin': {
      members(value, ['kind', 'leaf', 'body'])
      const body = octets(value.body)
      need(body[0] === (value.kind === 'epoch' ? 2 : 3))
      return { kind: value.kind, counted: `${value.kind}s`, leaf: number(value.leaf), body }
    }
    case 'end':
      return readEnd(value)
    default:
      return malformed()
  }
}

function readEnd(value) {
  members(value, ['kind', 'checkpoint', 'left', 'right', 'counts', 'digest', 'entry'])
  members(value.counts, COUNTED)
  members(value.entry, ['leaf', 'proof'])
  return {
    kind: 'end',
    checkpoint: text(value.checkpoint),
    left: hashes(value.left),
    right: hashes(value.right),
    counts: Object.fromEntries(COUNTED.map((name) => [name, number(value.counts[name])])),
    digest: octets(value.digest, 32),
    entryLeaf: number(value.entry.leaf),
    proof: hashes(value.entry.proof),
  }
}

// --- the checkpoint (C2SP signed-note, tlog-checkpoint) -----------------------------------------------

function base64(encoded, length) {
  const bytes = Buffer.from(encoded, 'base64')
  need(bytes.length > 0 && bytes.toString('base64') === encoded)
  need(length === undefined || bytes.length === length)
  return bytes
}

function parseKey(vkey) {
  const [, name, id, key] = /^([^+\s]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+={0,2})$/.exec(vkey)
  const encoded = base64(key)
  const keyId = sha256(name, '\n', encoded).subarray(0, 4)
  if (keyId.toString('hex') !== id || encoded[0] !== 1 || encoded.length !== 33) throw new Error('no key of a log')
  const x = encoded.subarray(1).toString('base64url')
  return { name, keyId, key: createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' }) }
}

function parseNote(note) {
  need(Buffer.byteLength(note) <= MAX_NOTE && !/[\x00-\x09\x0b-\x1f]/.test(note))
  const split = note.lastIndexOf('\n\n')
  need(split >= 0 && note.endsWith('\n'))
  const signatures = note.slice(split + 2)
  need(signatures.endsWith('\n'))
  const lines = signatures.slice(0, -1).split('\n')
  need(lines.length <= MAX_SIGNATURES)
  return { text: note.slice(0, split + 1), signatures: lines.map(parseSignature) }
}

function parseSignature(line) {
  need(line.startsWith('— '))
  const rest = line.slice(2)
  const space = rest.lastIndexOf(' ')
  need(space > 0)
  const name = rest.slice(0, space)
  need(!name.includes('+') && !SPACE.test(name))
  const value = base64(rest.slice(space + 1))
  need(value.length >= 5)
  return { name, keyId: value.subarray(0, 4), value: value.subarray(4) }
}

function parseCheckpoint(body) {
  const lines = body.split('\n')
  need(lines.length >= 4 && lines.at(-1) === '' && lines.slice(0, -1).every((line) => line))
  return { origin: lines[0], size: number(lines[1]), root: base64(lines[2], 32) }
}

function signedBy(note, { name, keyId, key }) {
  const found = note.signatures.filter((one) => one.name === name && one.keyId.equals(keyId))
  const message = Buffer.from(note.text)
  return found.length > 0 && found.every((one) => one.value.length === 64 && verify(null, message, key, one.value))
}

// --- the check ---------------------------------------------------------------------------------------

class Check {
  constructor(key) {
    this.key = key
    this.line = 0
    this.misnumbered = 0
    this.digest = createHash('sha256')
    this.counts = Object.fromEntries(COUNTED.map((name) => [name, 0n]))
    this.previous = Buffer.alloc(0)
  }

  feed(line) {
    this.line++
    if (this.misnumbered) return // 2: from here on lines are only counted
    need(line.length <= MAX_LINE)
    if (line.at(-1) !== 10) throw new Flaw('unfinished')
    if (this.line === 1) this.first(line)
    else this.later(line)
  }

  /** Step 1, and the part of 7 that the first line alone decides. */
  first(line) {
    const manifest = readManifest(line)
    if (manifest.origin !== this.key.name) throw new Flaw('foreign_checkpoint')
    const p = saidBy(manifest.entry.p)
    const said = canonical([p.type, p.at, p.staff_id ?? null, p.asked ?? null])
    if (said !== canonical(['export', manifest.at, manifest.by, manifest.asked.json])) throw new Flaw('not_on_record')
    const { from, to, since } = manifest.asked
    const begins = from ?? (since === undefined ? 0n : manifest.first)
    if (begins !== manifest.first || (to ?? manifest.last) !== manifest.last) throw new Flaw('other_range')
    this.manifest = manifest
    this.run = { first: manifest.first, end: manifest.first, subtrees: [] }
    this.begun = manifest.first === 0n ? 0n : undefined
    this.digest.update(line)
  }

  /** Steps 2 to 5. */
  later(told) {
    const line = readLine(told)
    need(!this.ended)
    if (line.kind === 'end') return this.end(line)
    if (line.leaf !== this.run.end || line.leaf > this.manifest.last) {
      this.misnumbered = this.line // 2
      return undefined
    }
    if (line.kind === 'open') this.open(line)
    if (line.kind === 'closed') this.closed(line)
    if (line.kind === 'epoch') this.epoch(line)
    if (line.kind === 'origin') this.origin(line)
    this.begins(line)
    push(this.run.subtrees, 0n, this.run.end++, leafHash(line.body ?? Buffer.concat([Buffer.of(1), line.c])))
    this.counts[line.counted]++
    this.digest.update(told)
    return undefined
  }

  open(line) {
    if (!commitment(line.half).equals(line.c)) throw new Flaw('altered') // 3
    const p = saidBy(line.half.p)
    if (!wants(this.manifest.asked, p)) throw new Flaw('falsely_opened') // 3
    this.inOrder(line.c)
    this.newest = this.newest === undefined || p.at > this.newest ? p.at : this.newest
  }

  closed(line) {
    if (line.counted === 'filtered' && this.manifest.asked.isEverything) throw new Flaw('falsely_closed') // 4
    this.inOrder(line.c)
  }

  inOrder(c) {
    if (Buffer.compare(c, this.previous) <= 0) throw new Flaw('reordered') // 5
    this.previous = c
  }

  epoch({ leaf, body }) {
    if (body.length !== 66) throw new Flaw('bad_epoch') // 5
    const epoch = {
      k: body.readBigUInt64BE(1),
      ts: body.readBigUInt64BE(9),
      firstIndex: body.readBigUInt64BE(17),
      count: body.readBigUInt64BE(25),
      d: body[33],
      leaf,
    }
    const index = epoch.firstIndex + epoch.count
    if (epoch.d < 1 || epoch.d > 40 || index >= MAX_SIZE) throw new Flaw('bad_epoch')
    if (index > leaf) throw new Flaw('omitted')
    if (index < leaf) throw new Flaw('inserted')
    const old = this.lastEpoch
    const isNext = !old || (epoch.k === old.k + 1n && epoch.ts >= old.ts)
    const isWhole = this.begun === undefined ? epoch.firstIndex <= this.run.first : epoch.firstIndex === this.begun
    if (!isNext || !isWhole) throw new Flaw('bad_epoch')
    if (this.newest !== undefined && BigInt(this.newest) > epoch.ts) throw new Flaw('bad_epoch')
    this.lastEpoch = epoch
    this.batchEnds(leaf)
  }

  origin({ leaf }) {
    if (leaf !== 0n) throw new Flaw('bad_epoch') // 5
    this.batchEnds(leaf)
  }

  batchEnds(leaf) {
    this.begun = leaf + 1n
    this.previous = Buffer.alloc(0)
    this.newest = undefined
  }

  /** Step 7: a period begins behind the last epoch that is older than it. */
  begins(line) {
    const { asked, first } = this.manifest
    if (asked.since === undefined || first === 0n || line.leaf !== first) return
    if (line.kind !== 'epoch' || this.lastEpoch.ts >= BigInt(asked.since)) throw new Flaw('other_range')
  }

  /** Steps 6 to 8. */
  end(line) {
    const { manifest, counts } = this
    if (this.run.end <= manifest.last) throw new Flaw('omitted') // 2
    this.ended = true
    if (!this.digest.digest().equals(line.digest)) throw new Flaw('altered') // 6
    if (COUNTED.some((name) => counts[name] !== line.counts[name])) throw new Flaw('wrong_counts') // 6
    if (manifest.asked.to === undefined && manifest.last !== manifest.size - 1n && !this.isSettled()) {
      throw new Flaw('other_range') // 7
    }
    const note = parseNote(line.checkpoint)
    const { origin, size, root } = parseCheckpoint(note.text)
    const isSame = origin === manifest.origin && size === manifest.size && root.equals(manifest.root)
    if (!isSame || !signedBy(note, this.key)) throw new Flaw('foreign_checkpoint') // 8
    if (!rootOf(this.run, size, line.left, line.right)?.equals(root)) throw new Flaw('altered') // 8
    const own = leafHash(Buffer.concat([Buffer.of(1), commitment(manifest.entry)]))
    if (!included(own, line.entryLeaf, size, line.proof, root)) throw new Flaw('not_on_record') // 8
  }

  isSettled() {
    const { asked, last } = this.manifest
    const epoch = this.lastEpoch
    return asked.until !== undefined && epoch?.leaf === last && epoch.ts >= BigInt(asked.until) + MERGE_DELAY_MS
  }

  finish() {
    if (this.misnumbered) {
      const leaves = BigInt(this.line - 2)
      const expected = this.manifest.last - this.manifest.first + 1n
      const reason = leaves === expected ? 'reordered' : leaves < expected ? 'omitted' : 'inserted'
      throw new Flaw(reason, this.misnumbered)
    }
    if (!this.ended) throw new Flaw('unfinished', this.line + 1)
    return Object.fromEntries(COUNTED.map((name) => [name, Number(this.counts[name])]))
  }
}

/** The lines of a file with their newlines; one that is too long comes without its end. */
function* linesOf(path) {
  const handle = openSync(path)
  const chunk = Buffer.alloc(1 << 16)
  let held = Buffer.alloc(0)
  try {
    for (let read = readSync(handle, chunk); read > 0; read = readSync(handle, chunk)) {
      held = Buffer.concat([held, chunk.subarray(0, read)])
      for (let end = cut(held); end > 0; end = cut(held)) {
        yield Buffer.from(held.subarray(0, end))
        held = held.subarray(end)
      }
    }
    if (held.length) yield held
  } finally {
    closeSync(handle)
  }
}

function cut(held) {
  const newline = held.indexOf(10)
  const end = newline < 0 ? (held.length > MAX_LINE ? held.length : 0) : newline + 1
  return Math.min(end, MAX_LINE + 1)
}

/** What the check of one file comes to. */
export function checkExport(path, vkey) {
  const check = new Check(parseKey(vkey))
  try {
    for (const line of linesOf(path)) check.feed(line)
    return { good: true, counts: check.finish() }
  } catch (flaw) {
    if (!(flaw instanceof Flaw)) throw flaw
    return { good: false, reason: flaw.reason, line: flaw.line ?? check.line }
  }
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [vkey, ...files] = process.argv.slice(2)
  for (const file of files) process.stdout.write(`${JSON.stringify(checkExport(file, vkey))}\n`)
}
