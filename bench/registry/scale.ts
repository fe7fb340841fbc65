import { signIn } from './client.ts';
import { type JobrunnerTarget, runSql } from './jobrunner.ts';
import { manifestAccept, pushImages } from './metadata-workloads.ts';
import { namespace, numbered, type Target } from './target.ts';
import type { Workload } from './workload.ts';

const repositories = 10;
const tagsAsked = 1_000;
const payloadBytes = 500;

/** Fills a registry with `count` tags in ten repositories, each tag with a manifest of its own. */
export async function fillScale({ databaseUrl }: JobrunnerTarget, count: number): Promise<void> {
  await runSql(
    databaseUrl,
    `WITH made AS (
       INSERT INTO registry.repositories (namespace, name)
       SELECT $1, 'scale-' || lpad(i::text, 5, '0') FROM generate_series(0, $2 - 1) i RETURNING id, name
     ), manifests AS (
       INSERT INTO registry.manifests (repository_id, digest, media_type, payload, pushed_by)
       SELECT made.id, 'sha256:' || encode(sha256(p.payload), 'hex'), 'application/vnd.oci.image.manifest.v1+json',
         p.payload, $1
       FROM generate_series(0, $3 - 1) i
       JOIN made ON made.name = 'scale-' || lpad((i % $2)::text, 5, '0')
       CROSS JOIN LATERAL (SELECT convert_to(rpad(i::text, $4), 'UTF8') AS payload) p
       RETURNING id, repository_id, payload
     )
     INSERT INTO registry.tags (repository_id, name, manifest_id, author)
     SELECT repository_id, 'tag-' || lpad(number, greatest(5, length(number)), '0'), id, $1
     FROM manifests, trim(convert_from(payload, 'UTF8')) AS number`,
    [namespace, repositories, count, payloadBytes],
  );
}

/**
 * Reads of manifests and pushes of small images, in the repositories that `fillScale` has filled.
 *
 * @param counts how many tags each registry was filled with
 */
export function scaleWorkloads(counts: ReadonlyMap<Target, number>): readonly Workload[] {
  return [
    {
      name: 'manifest-get-tag',
      kind: 'metadata',
      prepare: (target) => {
        // As many different ones of the large registry as of the small one, from end to end.
        const step = Math.max(1, Math.floor((counts.get(target) ?? 0) / tagsAsked));
        return Promise.resolve(async () => {
          const names = Array.from({ length: repositories }, (_, i) => numbered('scale', i));
          const clients = await Promise.all(names.map((name) => signIn(target, name)));
          let turn = 0;
          return async (connection) => {
            // Adding the turn within a step reaches every repository though the step is a multiple of ten.
            const number = (turn % tagsAsked) * step + (step > 1 ? turn % repositories : 0);
            turn++;
            const client = clients[number % repositories] ?? clients[0];
            if (!client) throw new Error('there is no repository');
            const path = `${client.basePath}/manifests/${numbered('tag', number)}`;
            const answer = await client.ask(connection, { method: 'GET', path, headers: manifestAccept }, 200);
            if (answer.bodyBytes !== payloadBytes) throw new Error(`a manifest has ${answer.bodyBytes} bytes`);
            return answer.bodyBytes;
          };
        });
      },
    },
    pushImages('push-image-small', numbered('scale', 0)),
  ];
}
