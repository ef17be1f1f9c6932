// facioctl completion: scripts that ask the binary at every key, so that they never grow old.
#include "cli/command_line/client.hpp"

namespace facio::completion {
namespace {

constexpr std::string_view kBash = R"(# bash completion for facioctl
_facioctl() {
  local current=${COMP_WORDS[COMP_CWORD]} line
  local -a found=() words=("${COMP_WORDS[@]:1:COMP_CWORD}")
  COMPREPLY=()
  while IFS= read -r line; do
    if [[ $line == :files ]]; then
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -f -- "$current")
      return
    fi
    found+=("${line%%$'\t'*}")
  done < <("${COMP_WORDS[0]}" __complete "${words[@]}" 2>/dev/null)
  if ((${#found[@]} == 1)) && [[ ${found[0]} == *= ]]; then compopt -o nospace 2>/dev/null; fi
  COMPREPLY=("${found[@]}")
}
complete -F _facioctl facioctl
)";

constexpr std::string_view kZsh = R"(#compdef facioctl
# zsh completion for facioctl
_facioctl() {
  local line
  local -a found
  for line in "${(@f)$("${words[1]}" __complete "${(@)words[2,CURRENT]}" 2>/dev/null)}"; do
    if [[ $line == :files ]]; then _files; return; fi
    [[ -n $line ]] || continue
    line=${line//:/\\:}
    found+=("${line/$'\t'/:}")
  done
  _describe facioctl found
}
if [[ $funcstack[1] == _facioctl ]]; then _facioctl "$@"; else compdef _facioctl facioctl; fi
)";

constexpr std::string_view kFish = R"(# fish completion for facioctl
function __facioctl_complete
  set -l words (commandline -opc) (commandline -ct)
  for line in ($words[1] __complete $words[2..-1] 2>/dev/null)
    if test "$line" = :files
      __fish_complete_path (commandline -ct)
    else
      echo $line
    end
  end
end
complete -c facioctl -f -a '(__facioctl_complete)'
)";

}  // namespace

Result<int> script(Client& client) {
  const std::string_view shell = client.invocation().value("shell");
  const std::string_view text = shell == "bash" ? kBash : shell == "zsh" ? kZsh : kFish;
  if (auto status = client.streams().out.write(text); !status) return fail(std::move(status.error()));
  return 0;
}

}  // namespace facio::completion
