// What the commands about manifests share: reading their arguments, and telling what differs.
#pragma once

#include "commands/facio/manifest/client/plan.hpp"

namespace facio::manifest {

/// A client that reads whatever --dry-run says.
struct Session {
  explicit Session(Client& client) : asking(for_reading(client.invocation())), reader(asking, client.streams(), client.environment()) {}
  Invocation asking;
  Client reader;
};

/// Where the command's files and secrets are read.
Sources sources_of(Client& client);
/// The manifest that the command's files make.
Result<Manifest> manifest_of(Client& client, const std::vector<std::string>& files);
PlanOptions options_of(const Invocation& invocation);
/// Whether the user asked for another form than the text for people.
bool wants_form(const OutputOptions& output);
/// What was decided, as text for people or in the form they asked for.
Status print_diff(Client& client, const ManifestDiff& diff);
/// The sections that the agent lacks, and objects that are in no manifest any more, on standard error.
Status tell(Client& client, const Plan& plan);
/// Both, with the exit code that --exit-code asks for.
Result<int> show_plan(Client& client, const Plan& plan);

}  // namespace facio::manifest
