#include "tests/systems/third/client/system.hpp"

#include "tests/systems/third/catalogue.hpp"
#include "tests/systems/third/shapes.hpp"

namespace facio::third {
namespace {

constexpr ErrorName kNames[] = {{"missing", Code::not_found}, {"malformed", Code::rejected}, {"no-key", Code::unauthenticated}};

}  // namespace

constexpr System kSystem = {
    .name = "third",
    .title = "The third system: things and nothing else",
    .catalogue = catalogue,
    .prefix = "/third/v2",
    .roots = "/third/",
    .token_line = "X-Third-Key: ",
    .errors = {.message = "fault.reason", .field = "fault.where", .name = "fault.kind", .names = kNames, .shape = &kError},
    .envelope = "data",
    .paging = kPaging,
    .checkup = {.health = "third.ping", .health_value = "state", .version = "third.ping", .version_value = "release"},
    .things = "health= ok\nthing/ third.things.list id @third.things.get:phase new old gone\n",
    .document = {.title = "Third API",
                 .url = "http://127.0.0.1:9300",
                 .url_doc = "The third system",
                 .token_name = "thirdKey",
                 .token_doc = "A key of the third system"},
};

}  // namespace facio::third
