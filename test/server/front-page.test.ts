import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startApi } from '../api/test-api.ts';

test('who comes by is told where things are, as a page in a browser and as text elsewhere', async (t) => {
  const { send } = await startApi(t, { publicUrl: 'https://registry.example/<sub>' });
  for (const headers of [{}, { accept: '*/*' }, { accept: 'text/plain' }]) {
    const { status, headers: answered, text } = await send('GET', '/', { as: null, headers });
    assert.equal(status, 200);
    assert.equal(answered['content-type'], 'text/plain; charset=utf-8');
    assert.match(text, /^ {2}Registry +https:\/\/registry\.example\/<sub>\/v2\/ +for Docker/m);
    assert.match(text, /Sign in with: docker login registry\.example\n$/);
  }
  const accept = 'text/html,application/xhtml+xml,*/*;q=0.8';
  const { status, headers, text } = await send('GET', '/', { as: null, headers: { accept } });
  assert.equal(status, 200);
  assert.equal(headers['content-type'], 'text/html; charset=utf-8');
  assert.equal(headers['vary'], 'Accept');
  assert.match(text, /<a href="\/v2\/">Registry<\/a><\/dt><dd>https:\/\/registry\.example\/&#60;sub&#62;\/v2\//);
  assert.match(String(headers['content-security-policy']), /default-src 'none'/);
});
