# bash completion for facioctl
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
