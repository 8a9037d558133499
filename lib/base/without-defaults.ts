import type { z } from "zod";
import { canonicalJson } from "./canonical-json";

/**
 * What of a value is not said by its schema already: a field that is given at its default is left out, so that a new
 * field with a default changes nothing.
 *
 * @param schema - objects within objects, optional or with defaults
 * @param value - parsed; keys that the schema does not know are kept
 */
export function withoutDefaults(schema: z.core.$ZodType, value: unknown): unknown {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  if (def.type === "optional" || def.type === "default") return withoutDefaults(def.innerType, value);
  if (def.type !== "object" || typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, part]) => {
      const field = Object.hasOwn(def.shape, key) ? def.shape[key] : undefined;
      if (part === undefined || (field && isDefault(field, part))) return [];
      return [[key, field ? withoutDefaults(field, part) : part]];
    }),
  );
}

function isDefault(schema: z.core.$ZodType, value: unknown): boolean {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  return def.type === "default" && canonicalJson(def.defaultValue) === canonicalJson(value);
}
