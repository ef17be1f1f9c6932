// Commands about the configuration file.
#pragma once

#include "cli/catalogue/declare.hpp"
#include "cli/catalogue/finding.hpp"
#include "commands/local/config/shapes.hpp"

namespace facio::config {

inline constexpr Param kKey = positional("key", "where the value is, as contexts.prod.timeout", {.required = true, .value_name = "KEY"});
inline constexpr Param kKeyAndValue[] = {
    positional("key", "where the value goes, as contexts.prod.timeout", {.required = true, .value_name = "KEY"}),
    positional("value", "the value as YAML, as 30s or [prod, eu]", {.required = true, .value_name = "VALUE"})};

inline constexpr Example kPathExamples[] = {{"config path", "where the configuration is read from"}};
inline constexpr Example kViewExamples[] = {{"config view", "the whole file without comments; what looks like a secret is hidden"},
                                            {"config view -o json", "the same for a program"}};
inline constexpr Example kExplainExamples[] = {{"config explain", "what holds here and now, why, and what it beat"},
                                               {"config explain --context prod --timeout 5s", "with these flags"}};
inline constexpr Example kValidateExamples[] = {{"config validate", "what is wrong or doubtful in the file"}};
inline constexpr Example kEditExamples[] = {{"config edit", "in $VISUAL or $EDITOR; a file with errors never takes its place"}};
inline constexpr Example kGetExamples[] = {{"config get contexts.prod.timeout", "one value"},
                                           {"config get contexts.prod -o json", "one context"}};
inline constexpr Example kSetExamples[] = {{"config set contexts.prod.timeout 30s", "one value"},
                                           {"config set contexts.prod.tags '[prod, eu]'", "a list"},
                                           {"config set groups.eu 'tag==eu && !name~test'", "a group of contexts"}};
inline constexpr Example kUnsetExamples[] = {{"config unset contexts.prod.timeout", "back to the default"}};

inline constexpr Column kSettingColumns[] = {{"name", "SETTING"}, {"value", "VALUE"}, {"from", "FROM"}, {"beat", "BEAT"}};

inline constexpr Endpoint kEndpoints[] = {
    local("config.edit", "Edit the configuration file in your editor")
        .description("The editor works on a copy. The copy takes the file's place when it is a good configuration; otherwise the error is "
                     "shown and the editor is offered again.")
        .examples(kEditExamples),
    local("config.explain", "Tell for every setting what holds, why, and what it beat")
        .description("Takes the flags of any command and tells what that command would use. No token is read.")
        .list<SettingList>(kSettingColumns, "name")
        .examples(kExplainExamples),
    local("config.get", "Print one value of the configuration file").params(kKey).examples(kGetExamples),
    local("config.path", "Print the path of the configuration file").examples(kPathExamples),
    local("config.set", "Set one value of the configuration file")
        .description("Everything else in the file stays as it is, comments too. A key that facioctl does not know is refused.")
        .params(kKeyAndValue)
        .examples(kSetExamples),
    local("config.unset", "Take one value out of the configuration file").params(kKey).examples(kUnsetExamples),
    local("config.validate", "Check the configuration file")
        .description("Exit code 2 when the file cannot be used. What is doubtful, as an unknown key or a token file that others can read, "
                     "is a warning.")
        .list<FindingList>(kFindingColumns, "check")
        .examples(kValidateExamples),
    local("config.view", "Print the configuration as it was understood").examples(kViewExamples),
};

}  // namespace facio::config
