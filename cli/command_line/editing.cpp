#include "cli/command_line/editing.hpp"

#include "cli/core/text.hpp"
#include "cli/process/run.hpp"

namespace facio {

Result<Edited> edit_text(const PrivateDirectory& directory, const std::string& name, std::string_view before,
                         const Environment& environment) {
  using Outcome = Edited::Outcome;
  Edited edited{.outcome = Outcome::changed, .text = {}, .editor = editor_of(environment)};
  const auto ended = run_editor(edited.editor, directory.file(name));
  if (!ended) return fail(ended.error());
  auto after = directory.read(name);
  if (!after) return fail(std::move(after.error()));
  edited.text = std::move(*after);
  edited.code = *ended;
  if (edited.code != 0) edited.outcome = Outcome::failed;
  else if (edited.text == before) edited.outcome = Outcome::unchanged;
  else if (is_blank(std::string_view(edited.text))) edited.outcome = Outcome::emptied;
  return edited;
}

}  // namespace facio
