// The command that looks at everything between this machine and its agents.
#pragma once

#include "cli/catalogue/declare.hpp"
#include "commands/local/doctor/shapes.hpp"

namespace facio::doctor {

inline constexpr Column kColumns[] = {
    {"severity", "SEVERITY"}, {"context", "CONTEXT"}, {"id", "CHECK"}, {"message", "MESSAGE"}, {"fix", "FIX"}};

inline constexpr Param kParams[] = {
    positional("contexts", "contexts to look at; without any the one that --context, --url or the environment names, else all",
               {.repeatable = true, .value_name = "CONTEXT"}),
    local_flag("fix", types::boolean, "mend what is wrong on this machine: modes of files, completion"),
    local_flag("problems", types::boolean, "leave out what is well"),
};

inline constexpr Example kExamples[] = {{"doctor", "look at every context"},
                                        {"doctor prod --problems", "what is wrong with one"},
                                        {"doctor --fix", "mend what can be mended here"},
                                        {"doctor -o json", "the same for a program"}};

inline constexpr Endpoint kEndpoints[] = {
    remote("doctor", "Find out what is wrong between here and the agents")
        .description(
            "On this machine: the configuration (config.file, config.mode), completion (completion.installed), man pages "
            "(man.installed). For each context: where its token is and who can read it (token.source, token.mode), the name (dns), the "
            "connection (tcp), trust in the certificate and the days until it ends (tls.trust, tls.expiry), an answer (http), the "
            "token (auth), the session at Placet (placet.session), the clock (clock), the runtime (version), which areas the agent "
            "has (area.cron and so on), a restart that is due (restart), silent or dangerous channels (channels.…, as `channels "
            "check` names them), and secrets that are missing, unused or in plain sight (secrets.…, as `credentials lint` names "
            "them). --fix touches this machine alone, and says what it did. Ends with 9 when something is an error, with 0 when "
            "there are warnings only.")
        .params(kParams)
        .list<CheckList, Check>(kColumns, "id", "checks")
        .examples(kExamples),
};

}  // namespace facio::doctor
