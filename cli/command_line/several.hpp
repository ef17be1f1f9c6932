// One command done to several things.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/command_line/client.hpp"

namespace facio {

/// The values of a repeatable positional that continues `first`, without the prefix that -o name puts before them ("sessions/").
std::vector<std::string> names_with_more(const Invocation& invocation, std::string_view first, std::string_view more,
                                         std::string_view prefix);

/// Does `one` to each name. A failure is written to standard error at once, and the others go on; only Code::output ends the loop. Some
/// failures are Code::partial, saying "2 of 3 NOT_DONE"; when all fail alike, it is their code.
Result<int> do_each(Client& client, const std::vector<std::string>& names, std::string_view not_done,
                    const std::function<Result<int>(const std::string& name)>& one);

/// Does `work` with a client whose answers are collected, and prints these as one list in the formats that are one document (json, yaml,
/// csv, tsv, and whatever --query reads); in other formats, and for answers that are no JSON, they are printed one after the other. What
/// was printed before a failure is printed all the same.
Result<int> as_one_document(Invocation& invocation, Client& client, const std::function<Result<int>(Client& by)>& work);

}  // namespace facio
