// Makes a schema for manifests of a cluster's OpenAPI document: the kinds that deploy/k3s/ uses and all they refer to,
// without what people read. It knows no key that the cluster does not.
//
// The document is the cluster's own, or api/openapi-spec/swagger.json of the Kubernetes source at that version.
//
//   kubectl get --raw /openapi/v2 | node scripts/lib/testing/kubernetes/trim.ts >scripts/lib/testing/kubernetes/v1.36.json

import { json } from "node:stream/consumers";

interface Schema {
  $ref?: string;
  type?: string | string[];
  items?: Schema;
  additionalProperties?: Schema | false;
  properties?: Record<string, Schema>;
  required?: string[];
}

const KINDS = [
  "core.v1.Namespace",
  "core.v1.Service",
  "core.v1.ConfigMap",
  "apps.v1.Deployment",
  "apps.v1.StatefulSet",
  "networking.v1.NetworkPolicy",
  "policy.v1.PodDisruptionBudget",
];
/** The API takes numbers, too, where its document says string. */
const EITHER = /\.(IntOrString|Quantity)$/;

const { definitions: all } = (await json(process.stdin)) as { definitions: Record<string, Schema> };
const definitions: Record<string, Schema> = {};
for (const kind of KINDS) take(`io.k8s.api.${kind}`);
process.stdout.write(`${JSON.stringify({ definitions })}\n`);

/** Takes a definition in, with those that it refers to. A manifest has no status. */
function take(name: string): void {
  if (definitions[name]) return;
  const { type, required, properties } = all[name]!;
  const taken: Schema = {
    type: EITHER.test(name) ? ["string", "number"] : type!,
    ...(required && { required }),
  };
  definitions[name] = taken;
  if (!properties) return;
  const keys = Object.entries(properties).filter(([key]) => key !== "status");
  taken.properties = Object.fromEntries(keys.map(([key, value]) => [key, plain(value)]));
  taken.additionalProperties = false;
}

function plain({ $ref, type, items, additionalProperties }: Schema): Schema {
  if ($ref) take($ref.slice("#/definitions/".length));
  return {
    ...($ref && { $ref }),
    ...(type && { type }),
    ...(items && { items: plain(items) }),
    ...(additionalProperties && { additionalProperties: plain(additionalProperties) }),
  };
}
