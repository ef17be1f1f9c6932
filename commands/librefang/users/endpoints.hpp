// Users and groups, which newer daemons have.
#pragma once

#include "cli/catalogue/declare.hpp"
#include "commands/librefang/users/shapes.hpp"

namespace facio::librefang::users {

inline constexpr Column kColumns[] = {
    {"name", "NAME"}, {"role", "ROLE"}, {"has_api_key", "KEY"}, {"has_budget", "BUDGET", true}, {"has_policy", "POLICY", true},
};
inline constexpr Column kGroupColumns[] = {
    {"name", "NAME"}, {"member_count", "MEMBERS"}, {"roles", "ROLES"}, {"description", "DESCRIPTION"}, {"members", "USERS", true},
};
inline constexpr Param kName = path_param("name", "name of the user", {.example = "anna", .value_name = "USER"});
inline constexpr Param kRotate[] = {
    kName,
    local_flag("key_to", types::string, "write the new key to this new file", {.required = true, .value_name = "FILE"}),
};
inline constexpr Param kGroupName = path_param("name", "name of the group", {.example = "ops", .value_name = "GROUP"});
inline constexpr Param kMember[] = {
    kGroupName,
    path_param("user", "name of the user", {.example = "anna", .value_name = "USER"}),
};

inline constexpr Endpoint kEndpoints[] = {
    get("librefang.whoami.get", "/api/authz/whoami", "Show whose key is used").reply(kWho, {}, "name"),
    get("librefang.users.list", "/api/users", "List the users").list(kListOf<kUser, "LibrefangUserList">, kUser, kColumns, "name"),
    get("librefang.users.get", "/api/users/{name}", "Show a user").params(kName).reply(kUser, {}, "name").errors<Code::not_found>(),
    post("librefang.users.create", "/api/users", "Make a user")
        .body(kCreate)
        .reply(kUser, {}, "name")
        .success(201)
        .errors<Code::conflict, Code::rejected>(),
    put("librefang.users.update", "/api/users/{name}", "Change a user")
        .params(kName)
        .body(kUpdate)
        .reply(kUser, {}, "name")
        .errors<Code::not_found, Code::rejected>(),
    del("librefang.users.delete", "/api/users/{name}", "Delete a user").params(kName).reply(kDone).errors<Code::not_found>(),
    post("librefang.users.rotate-key", "/api/users/{name}/rotate-key", "Give a user a new key")
        .params(kRotate)
        .reply(kKey)
        .errors<Code::not_found>(),
    get("librefang.groups.list", "/api/groups", "List the groups")
        .list(kListOf<kGroup, "LibrefangGroupList">, kGroup, kGroupColumns, "name"),
    get("librefang.groups.get", "/api/groups/{name}", "Show a group")
        .params(kGroupName)
        .reply(kGroup, {}, "name")
        .errors<Code::not_found>(),
    post("librefang.groups.create", "/api/groups", "Make a group")
        .body(kGroupCreate)
        .reply(kGroup, {}, "name")
        .success(201)
        .errors<Code::conflict, Code::rejected>(),
    put("librefang.groups.update", "/api/groups/{name}", "Replace a group")
        .params(kGroupName)
        .body(kGroupUpdate)
        .reply(kGroup, {}, "name")
        .errors<Code::not_found, Code::rejected>(),
    del("librefang.groups.delete", "/api/groups/{name}", "Delete a group").params(kGroupName).reply(kDone).errors<Code::not_found>(),
    put("librefang.groups.add-member", "/api/groups/{name}/members/{user}", "Put a user into a group")
        .params(kMember)
        .reply(kGroup, {}, "name")
        .errors<Code::not_found>(),
    del("librefang.groups.delete-member", "/api/groups/{name}/members/{user}", "Take a user out of a group")
        .params(kMember)
        .reply(kGroup)
        .errors<Code::not_found>(),
};

}  // namespace facio::librefang::users
