// Each of these must be refused by the compiler, which otherwise complains of the expectation.
import type { components, paths } from "./api.js";

type Question = NonNullable<paths["/api/v1/clinics"]["get"]["parameters"]["query"]>;
type Schemas = components["schemas"];

// @ts-expect-error a number, not text
export const size: Question = { page_size: "2" };
// @ts-expect-error the parameter is radius_km
export const radius: Question = { radius: 1 };
// @ts-expect-error there is no such order
export const order: Question = { sort: "nearest" };
// @ts-expect-error what nobody knows is null
export const area = (clinic: Schemas["ClinicSummary"]): string => clinic.prefecture.slug;
// @ts-expect-error there is no distance without a centre
export const far = (hit: Schemas["SearchHit"]): number => hit.distance_km;
// @ts-expect-error a source has an address that is called url
export const from = (source: Schemas["SourceReference"]): string => source.address;
// @ts-expect-error counts are left out of some answers
export const many = (page: Schemas["SearchResponse"]): number => page.count;
