import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NginxSettingError, renderNginxConfig, type NginxSettings } from '../../nginx/render.ts';

const settings: NginxSettings = {
  host: '::',
  port: 8443,
  tls: { certFile: '/tls/cert "1".pem', keyFile: '/tls/key;.pem', clientCaFile: '/tls/ca.pem' },
  upstream: 'unix:/run/node.sock',
  secret: 's'.repeat(32),
  maxConnectionsPerAddress: 1_024,
  blobsPath: '/data/blobs',
  pidPath: '/run/nginx.pid',
  temporaryPath: '/tmp/nginx',
  user: 'root',
};

test('settings are written so that NGINX takes them for what they are', async () => {
  const text = await renderNginxConfig(settings);
  for (const line of [
    'user root;',
    'listen [::]:8443 ssl;',
    'server "unix:/run/node.sock";',
    String.raw`ssl_certificate "/tls/cert \"1\".pem";`,
    'ssl_certificate_key "/tls/key;.pem";',
    'ssl_client_certificate "/tls/ca.pem";',
    'alias "/data/blobs/";',
  ]) {
    assert.ok(text.includes(line), line);
  }
  assert.doesNotMatch(text, /\{\{/);
  const plain = await renderNginxConfig({ ...settings, tls: undefined, user: undefined });
  assert.doesNotMatch(plain, /ssl|^user /m);
});

test('a setting that would be something else to NGINX is refused', async () => {
  for (const wrong of [
    { host: '0.0.0.0; root /' },
    { host: '' },
    { port: 0 },
    { upstream: '127.0.0.1' },
    { upstream: '127.0.0.1:80; }' },
    { secret: `${'s'.repeat(32)};` },
    { blobsPath: '/data/$uri' },
    { pidPath: '/run/a\nb' },
    { tls: { certFile: '/tls/cert.pem', keyFile: '/tls/key.pem', clientCaFile: '/tls/$uri' } },
    { user: 'root; load_module x' },
  ]) {
    await assert.rejects(renderNginxConfig({ ...settings, ...wrong }), NginxSettingError, JSON.stringify(wrong));
  }
});
