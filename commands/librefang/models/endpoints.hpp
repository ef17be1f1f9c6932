// Models (document: Model Catalog).
#pragma once

#include "cli/catalogue/declare.hpp"
#include "commands/librefang/models/shapes.hpp"

namespace facio::librefang::models {

inline constexpr Column kColumns[] = {
    {"id", "ID"},
    {"provider", "PROVIDER"},
    {"tier", "TIER"},
    {"available", "AVAILABLE"},
    {"context_window", "CONTEXT"},
    {"input_cost_per_1m", "INPUT USD/M"},
    {"output_cost_per_1m", "OUTPUT USD/M"},
    {"display_name", "TITLE", true},
    {"supports_tools", "TOOLS", true},
    {"supports_vision", "VISION", true},
};
inline constexpr Column kAliasColumns[] = {{"alias", "ALIAS"}, {"model_id", "MODEL"}};
inline constexpr Param kFilters[] = {
    query_param("provider", types::string, "only models of this provider", {.value_name = "PROVIDER"}),
    query_param("tier", types::string, "only models of this tier"),
    query_param("available", types::boolean, "only models whose provider can be used"),
};
inline constexpr Param kId = path_param("id", "id of the model", {.example = "gpt-5", .value_name = "MODEL"});
inline constexpr Param kAliasName = path_param("alias", "the alias", {.example = "sonnet", .value_name = "ALIAS"});

inline constexpr Endpoint kEndpoints[] = {
    get("librefang.models.list", "/api/models", "List the models")
        .params(kFilters)
        .list(kListOf<kModel, "LibrefangModelList">, kModel, kColumns, "id"),
    get("librefang.models.get", "/api/models/{id}", "Show a model").params(kId).reply(kModel, {}, "id").errors<Code::not_found>(),
    get("librefang.models.aliases", "/api/models/aliases", "List other names of models")
        .list(kListOf<kAlias, "LibrefangModelAliasList">, kAlias, kAliasColumns, "alias"),
    post("librefang.models.add-alias", "/api/models/aliases", "Give a model another name")
        .body(kAlias)
        .reply(kAlias, {}, "alias")
        .success(201)
        .errors<Code::conflict, Code::rejected>(),
    del("librefang.models.delete-alias", "/api/models/aliases/{alias}", "Delete another name of a model")
        .params(kAliasName)
        .reply(kDone)
        .errors<Code::not_found>(),
    post("librefang.models.add", "/api/models/custom", "Add a model of one's own")
        .body(kAdd)
        .reply(kAdded, {}, "model_id")
        .success(201)
        .errors<Code::conflict, Code::rejected>(),
    del("librefang.models.delete", "/api/models/custom/{id}", "Delete a model of one's own")
        .params(kId)
        .reply(kAdded)
        .errors<Code::not_found>(),
    get("librefang.models.overrides", "/api/models/overrides/{id}", "Show what is set for a model").params(kId).reply(kOverride),
    put("librefang.models.set-overrides", "/api/models/overrides/{id}", "Set how a model is used")
        .params(kId)
        .body(kOverride)
        .reply(kOverride)
        .errors<Code::rejected>(),
    del("librefang.models.delete-overrides", "/api/models/overrides/{id}", "Use a model as it comes").params(kId).reply(kDone),
};

}  // namespace facio::librefang::models
