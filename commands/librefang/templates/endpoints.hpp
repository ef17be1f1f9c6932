// Templates of agents (document: Templates).
#pragma once

#include "cli/catalogue/declare.hpp"
#include "commands/librefang/sessions/shapes.hpp"

namespace facio::librefang::templates {

using agents::kVersion;

inline constexpr Field kRowFields[] = {
    text("name", "name of the template"),
    text("description", "what it is for", kMayBeNull),
    text("path", "where it is", kMayMiss),
    text("provider", "provider of its model", kMayMiss),
    text("model", "its model", kMayMiss),
    text("source", "where it comes from", kMayMiss),
    boolean("editable", "whether it can be changed", kMayMiss),
};
inline constexpr Shape kRow{"LibrefangTemplateRow", "A template in the list", kRowFields, true};
inline constexpr Column kColumns[] = {
    {"name", "NAME"}, {"description", "DESCRIPTION"}, {"provider", "PROVIDER", true}, {"model", "MODEL", true}, {"source", "SOURCE", true}};
inline constexpr Field kTemplateFields[] = {
    text("name", "name of the template"),
    any("manifest", "its manifest, as an object", kMayMiss),
    text("manifest_toml", "its manifest", kMayMiss),
    boolean("editable", "whether it can be changed", kMayMiss),
};
inline constexpr Shape kTemplate{"LibrefangTemplate", "A template", kTemplateFields, true};
inline constexpr Field kNewFields[] = {
    text("name", "its name: small letters, digits and -", {.not_blank = true}),
    text("description", "what it is for", kMayMiss),
    text("system_prompt", "what the model is told first", {.format = Format::document, .optional = true, .flag = "system-prompt"}),
    text("provider", "provider of the model", kMayMiss),
    text("model", "the model", kMayMiss),
    texts("tools", "tools that its agents may use", {.optional = true, .flag = "tool"}),
    texts("skills", "skills that its agents have", {.optional = true, .flag = "skill"}),
};
inline constexpr Shape kNew{"LibrefangNewTemplate", "A new template", kNewFields};
inline constexpr Field kPatchFields[] = {kNewFields[1], kNewFields[2], kNewFields[3], kNewFields[4], kNewFields[5], kNewFields[6]};
inline constexpr Shape kPatch{"LibrefangTemplatePatch", "What changes of a template", kPatchFields};

inline constexpr Param kName = path_param("name", "name of the template", {.example = "reviewer", .value_name = "TEMPLATE"});
inline constexpr Param kNewName = positional("name", "its name", {.value_name = "[TEMPLATE]"});
inline constexpr Param kLimited[] = {
    kName, query_param("limit", types::integer, "maximum number of items", {.agent_decides = true, .min = 1, .max = 500, .letter = 'n'})};

inline constexpr Endpoint kEndpoints[] = {
    get("librefang.templates.list", "/api/templates", "List the templates of agents")
        .list(kListOf<kRow, "LibrefangTemplateList">, kRow, kColumns, "name"),
    get("librefang.templates.get", "/api/templates/{name}", "Show one template")
        .params(kName)
        .reply(kTemplate, {}, "name")
        .errors<Code::not_found>(),
    post("librefang.templates.create", "/api/templates", "Make a template")
        .params(kNewName)
        .body(kNew)
        .reply(kTemplate, {}, "name")
        .success(201)
        .errors<Code::rejected, Code::conflict>(),
    put("librefang.templates.update", "/api/templates/{name}", "Change a template")
        .params(kName)
        .body(kPatch)
        .merges()
        .reply(kTemplate, {}, "name")
        .errors<Code::not_found, Code::rejected>(),
    del("librefang.templates.delete", "/api/templates/{name}", "Delete a template").params(kName).reply(kDone).errors<Code::not_found>(),
    get("librefang.templates.versions", "/api/templates/{name}/history", "List the earlier manifests of a template")
        .params(kLimited)
        .list(kListOf<kVersion, "LibrefangVersionList">, kVersion, agents::kVersionColumns, "id")
        .errors<Code::not_found>(),
};

}  // namespace facio::librefang::templates
