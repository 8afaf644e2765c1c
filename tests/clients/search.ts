// Calls every operation through the client that openapi-fetch makes of the generated types, and
// writes what it read as JSON. A member that the document does not have would not compile.
import createClient from "openapi-fetch";
import type { components, paths } from "./api.js";

declare const process: { argv: string[] };

type Hit = components["schemas"]["SearchHit"];
type Question = NonNullable<paths["/api/v1/clinics"]["get"]["parameters"]["query"]>;

// The media types narrow an answer that has several forms to the one that is read.
const client = createClient<paths, "application/json" | "application/problem+json">({
  baseUrl: process.argv[2],
});

function read<Answer>(answer: { data?: Answer; response: Response }): Answer {
  if (answer.data === undefined) throw new Error(`answered ${answer.response.status}`);
  return answer.data;
}

function line(hit: Hit): [string, number | null, string[], string | null] {
  const { name, categories, prefecture } = hit.clinic;
  return [name, hit.distance_km, categories.map(({ slug }) => slug), prefecture?.label_en ?? null];
}

const question: Question = {
  lat: 35.6812,
  lng: 139.7671,
  category: ["dystonia-clinic,movement-disorder-clinic", "neurology"],
  facets: "category,prefecture",
  page_size: 2,
};
const first = read(await client.GET("/api/v1/clinics", { params: { query: question } }));
const cursor = new URL(first.next ?? "").searchParams.get("cursor") ?? "";
const second = read(
  await client.GET("/api/v1/clinics", { params: { query: { ...question, cursor } } }),
);
const everything = read(await client.GET("/api/v1/clinics"));
const nothing = read(
  await client.GET("/api/v1/clinics", {
    params: { query: { lat: 0.00005, lng: 0, radius_km: 1, sport: ["golf"] } },
  }),
);
const refused = await client.GET("/api/v1/clinics", {
  params: { query: { lat: 139.7671, lng: 35.6812 } },
});
if (refused.error === undefined) throw new Error("latitude 139 was accepted");
const wrong = refused.error.errors?.[0];

const id = first.results[0]?.clinic.id ?? "";
const path = { id };
const whole = await client.GET("/api/v1/clinics/{id}", { params: { path } });
const header = { "If-None-Match": whole.response.headers.get("ETag") ?? "" };
const again = await client.GET("/api/v1/clinics/{id}", { params: { path, header } });
const detail = read(whole);

const sports = read(
  await client.GET("/api/v1/concepts", { params: { query: { scheme: "sport" } } }),
);
const places = read(
  await client.GET("/api/v1/places", { params: { query: { q: "渋谷", limit: 1 } } }),
);

const receipt = read(
  await client.POST("/api/v1/clinics/{id}/reports", {
    params: { path },
    body: { subject: "contact", statement: "Nobody answers." },
  }),
);

const report = {
  hits: [...first.results, ...second.results].map(line),
  count: [first.count, first.count_exact],
  facet: first.facets?.["category"]?.[0],
  centre: first.query.centre,
  everything: everything.count,
  nearest_outside: nothing.help?.nearest_outside?.distance_km,
  problem: [refused.error.status, wrong?.code, wrong?.suggestion],
  detail: [detail.id === id, detail.identifiers[0]?.system, detail.claims[0]?.sources[0]?.url],
  again: again.response.status,
  sport: sports.results.map(({ slug }) => slug).includes("golf"),
  place: places.results.map(({ label, lat, lng }) => [label, lat, lng]),
  report: [receipt.received, receipt.subject],
};
console.log(JSON.stringify(report));
