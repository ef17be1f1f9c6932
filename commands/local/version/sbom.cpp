// facioctl version --sbom
#include <algorithm>

#include "cli/catalogue/json_writer.hpp"
#include "cli/core/encoding.hpp"
#include "commands/local/version/parts.hpp"

namespace facio::version {
namespace {

constexpr std::string_view kVersion = FACIOCTL_VERSION, kOwnId = "facioctl";
constexpr std::string_view kNoCommit = "1970-01-01T00:00:00Z";  // neither format lets the time be absent

std::string own_purl() { return "pkg:generic/facioctl@" + std::string(kVersion); }

/// A UUID that follows from what the document says, so that the same build always prints the same.
std::string uuid_of(const Inventory& all) {
  std::string text = std::string(kVersion) + "\n" + std::string(all.commit);
  for (const Part& part : all.parts) text += "\n" + part.purl();
  std::string hex = sha256_hex({text});
  hex[12] = '8';  // a UUID of one's own making (RFC 9562)
  hex[16] = 'a';
  return hex.substr(0, 8) + "-" + hex.substr(8, 4) + "-" + hex.substr(12, 4) + "-" + hex.substr(16, 4) + "-" + hex.substr(20, 12);
}

std::string_view time_of(const Inventory& all) { return all.commit_date.empty() ? kNoCommit : all.commit_date; }

Result<std::string> pretty(const std::string& json) {
  const auto document = JsonDocument::parse(json);
  if (!document) return fail(document.error());
  return document->dump(2) + "\n";
}

void licence(JsonWriter& json, std::string_view expression) {
  if (expression.empty()) return;
  json.key("licenses").begin_array().begin_object().member("expression", expression).end_object().end_array();
}

void property(JsonWriter& json, std::string_view name, std::string_view value) {
  if (!value.empty()) json.begin_object().member("name", name).member("value", value).end_object();
}

void component(JsonWriter& json, const Part& part) {
  json.begin_object().member("type", "library").member("bom-ref", std::string_view(part.purl())).member("name", part.name);
  json.member_if("version", part.version()).member("scope", part.use == "loaded" ? "optional" : "required");
  licence(json, part.licences);
  json.member_if("copyright", part.copyright).member("purl", std::string_view(part.purl()));
  if (!part.home.empty()) {
    json.key("externalReferences").begin_array().begin_object();
    json.member("type", "website").member("url", part.home).end_object().end_array();
  }
  json.key("properties").begin_array();
  property(json, "facioctl:use", part.use);
  json.end_array().end_object();
}

/// How SPDX calls what the program does with a part.
std::string_view relationship(const Part& part) {
  if (part.use == "static") return "STATIC_LINK";
  if (part.use == "headers") return "CONTAINS";
  return part.use == "shared" ? "DYNAMIC_LINK" : "DEPENDS_ON";
}

/// The package of a library is named after its position, so that any name will do.
std::string spdx_id(std::size_t position) { return "SPDXRef-part-" + std::to_string(position + 1); }

struct SpdxPackage {
  std::string id, purl;
  std::string_view name, version, home, licences, copyright, purpose;
};

void package(JsonWriter& json, const SpdxPackage& one) {
  const auto or_none = [](std::string_view text) { return text.empty() ? std::string_view("NOASSERTION") : text; };
  json.begin_object().member("SPDXID", std::string_view(one.id)).member("name", one.name).member_if("versionInfo", one.version);
  json.member("downloadLocation", "NOASSERTION").member("filesAnalyzed", false).member_if("homepage", one.home);
  json.member("licenseConcluded", or_none(one.licences)).member("licenseDeclared", or_none(one.licences));
  json.member("copyrightText", or_none(one.copyright)).member("primaryPackagePurpose", one.purpose);
  json.key("externalRefs").begin_array().begin_object().member("referenceCategory", "PACKAGE-MANAGER");
  json.member("referenceType", "purl").member("referenceLocator", std::string_view(one.purl)).end_object().end_array().end_object();
}

void relation(JsonWriter& json, std::string_view from, std::string_view how, std::string_view to) {
  json.begin_object().member("spdxElementId", from).member("relationshipType", how).member("relatedSpdxElement", to).end_object();
}

/// Licences that SPDX has no id for are given in full.
void own_licences(JsonWriter& json, const Inventory& all) {
  std::vector<std::string_view> own;
  for (const Part& part : all.parts)
    for (const std::string_view id : licence_ids(part.licences))
      if (id.starts_with("LicenseRef-") && std::ranges::find(own, id) == own.end()) own.push_back(id);
  if (own.empty()) return;
  json.array("hasExtractedLicensingInfos", own, [&json](std::string_view id) {
    json.begin_object().member("licenseId", id).member("extractedText", licence_text(id)).member("name", id).end_object();
  });
}

}  // namespace

Result<std::string> cyclonedx() {
  const auto all = inventory();
  if (!all) return fail(all.error());
  JsonWriter json;
  json.begin_object().member("$schema", "http://cyclonedx.org/schema/bom-1.6.schema.json").member("bomFormat", "CycloneDX");
  json.member("specVersion", "1.6").member("serialNumber", std::string_view("urn:uuid:" + uuid_of(*all))).member("version", 1);
  json.key("metadata").begin_object().member("timestamp", time_of(*all)).key("component").begin_object();
  json.member("type", "application").member("bom-ref", kOwnId).member("name", kOwnId).member("version", kVersion);
  licence(json, "MIT");
  json.member("purl", std::string_view(own_purl())).key("properties").begin_array();
  property(json, "facioctl:commit", all->commit);
  property(json, "facioctl:modified", all->modified ? "true" : "");
  json.end_array().end_object().end_object();
  json.array("components", all->parts, [&json](const Part& part) { component(json, part); });
  json.key("dependencies").begin_array().begin_object().member("ref", kOwnId);
  json.array("dependsOn", all->parts, [&json](const Part& part) { json.value(std::string_view(part.purl())); });
  json.end_object().end_array().end_object();
  return pretty(json.take());
}

Result<std::string> spdx() {
  const auto all = inventory();
  if (!all) return fail(all.error());
  const std::string own = "SPDXRef-facioctl", label = "facioctl-" + std::string(kVersion);
  JsonWriter json;
  json.begin_object().member("spdxVersion", "SPDX-2.3").member("dataLicense", "CC0-1.0").member("SPDXID", "SPDXRef-DOCUMENT");
  json.member("name", std::string_view(label));
  json.member("documentNamespace", std::string_view("https://spdx.org/spdxdocs/" + label + "-" + uuid_of(*all)));
  json.key("creationInfo").begin_object().member("created", time_of(*all));
  json.key("creators").begin_array().value(std::string_view("Tool: " + label)).end_array().end_object();
  json.key("packages").begin_array();
  package(json, {.id = own, .purl = own_purl(), .name = kOwnId, .version = kVersion, .licences = "MIT", .purpose = "APPLICATION"});
  for (std::size_t i = 0; i < all->parts.size(); ++i) {
    const Part& part = all->parts[i];
    package(json, {.id = spdx_id(i),
                   .purl = part.purl(),
                   .name = part.name,
                   .version = part.version(),
                   .home = part.home,
                   .licences = part.licences,
                   .copyright = part.copyright,
                   .purpose = "LIBRARY"});
  }
  json.end_array().key("relationships").begin_array();
  relation(json, "SPDXRef-DOCUMENT", "DESCRIBES", own);
  for (std::size_t i = 0; i < all->parts.size(); ++i) relation(json, own, relationship(all->parts[i]), spdx_id(i));
  json.end_array();
  own_licences(json, *all);
  json.end_object();
  return pretty(json.take());
}

}  // namespace facio::version
