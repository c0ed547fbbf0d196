// A task server as one writes it with fastify: a process for each core. Usage: server.js PORT sqlite:PATH|postgres://...
'use strict';
const cluster = require('node:cluster');
const os = require('node:os');
const fastify = require('fastify');

const [port, uri] = process.argv.slice(2);
const columns = 'id, title, notes, completed, priority, position, due_at, created_at, updated_at';
const select = `SELECT ${columns} FROM tasks`;
const insert = `INSERT INTO tasks (title, notes, completed, priority, position, due_at, created_at, updated_at)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING ${columns}`;

function openSqlite(path) {
  const Database = require('better-sqlite3');
  const db = new Database(path, { timeout: 5000 });
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = FULL');
  const prepare = (text) => db.prepare(text.replace(/\$\d/g, '?'));
  const get = prepare(`${select} WHERE id = $1`);
  const list = prepare(`${select} ORDER BY id LIMIT $1`);
  const add = prepare(insert);
  return { get: (id) => get.get(id), list: (limit) => list.all(limit), add: (values) => add.get(...values) };
}

function openPostgres() {
  const { Pool, types } = require('pg');
  types.setTypeParser(20, Number);
  const pool = new Pool({ connectionString: uri, max: 8 });
  const run = (name, text, values) => pool.query({ name, text, values }).then((result) => result.rows);
  return {
    get: async (id) => (await run('get', `${select} WHERE id = $1`, [id]))[0],
    list: (limit) => run('list', `${select} ORDER BY id LIMIT $1`, [limit]),
    add: async (values) => (await run('add', insert, values))[0],
  };
}

function view(row, host) {
  const { position, completed, ...rest } = row;
  return { ...rest, url: `http://${host}/tasks/${row.id}`, completed: Boolean(completed), order: position };
}

const text = { type: 'string' };
const maybe = (type) => ({ type, nullable: true });
const taskSchema = {
  type: 'object',
  properties: {
    id: { type: 'integer' }, url: text, title: text, notes: text, completed: { type: 'boolean' },
    priority: { type: 'integer' }, order: maybe('number'), due_at: maybe('string'), created_at: text, updated_at: text,
  },
};
const bodySchema = {
  type: 'object',
  required: ['title'],
  properties: { title: { type: 'string', minLength: 1, maxLength: 500 }, notes: { type: 'string', maxLength: 8192 } },
};

function serve() {
  const store = uri.startsWith('sqlite:') ? openSqlite(uri.slice('sqlite:'.length)) : openPostgres();
  const app = fastify({ bodyLimit: 65536 });
  app.get('/livez', async () => 'ok');
  app.get('/tasks/:id', { schema: { response: { 200: taskSchema } } }, async (request, reply) => {
    const row = await store.get(Number(request.params.id));
    return row ? view(row, request.headers.host) : reply.code(404).send({});
  });
  app.get('/tasks', { schema: { response: { 200: { type: 'array', items: taskSchema } } } }, async (request) => {
    const rows = await store.list(Math.min(Number(request.query.limit) || 100, 1000));
    return rows.map((row) => view(row, request.headers.host));
  });
  app.post('/tasks', { schema: { body: bodySchema, response: { 201: taskSchema } } }, async (request, reply) => {
    const { title, notes = '' } = request.body;
    const none = uri.startsWith('sqlite:') ? 0 : false;
    const now = new Date().toISOString();
    const row = await store.add([title, notes, none, 0, null, null, now, now]);
    return reply.code(201).send(view(row, request.headers.host));
  });
  app.listen({ port: Number(port), host: '127.0.0.1' });
}

if (cluster.isPrimary) {
  for (let i = 0; i < os.availableParallelism(); i++) cluster.fork();
} else {
  serve();
}
