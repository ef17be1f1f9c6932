# bash completion for facioctl
_facioctl() {
  local line path program=$1 typed=${COMP_LINE:0:COMP_POINT}
  # An alias, which may have arguments of its own.
  if [[ -n ${BASH_ALIASES[$1]+x} ]]; then
    typed=${BASH_ALIASES[$1]}${typed#"$1"}
    program=${typed%%[[:space:]]*}
  fi
  COMPREPLY=()
  while IFS= read -r line; do
    case $line in
      :nospace) compopt -o nospace 2>/dev/null ;;
      :files)
        path=${typed##*[[:space:]=]}
        if [[ $path == @* ]]; then
          mapfile -t COMPREPLY < <(compgen -P @ -f -- "${path#@}")
          compopt -o filenames 2>/dev/null
        else
          compopt -o default 2>/dev/null
        fi
        ;;
      *) COMPREPLY+=("$line") ;;
    esac
  done < <("${program/#\~/$HOME}" __complete :bash "$typed" "${COMP_WORDBREAKS-}" "${COMP_TYPE-}" "${COLUMNS-}" 2>/dev/null)
}
complete -F _facioctl facioctl
# Aliases that are known already; for a later one: complete -F _facioctl NAME
_facioctl_aliases() {
  local name
  for name in "${!BASH_ALIASES[@]}"; do
    [[ ${BASH_ALIASES[$name]} == facioctl || ${BASH_ALIASES[$name]} == "facioctl "* ]] && complete -F _facioctl "$name"
  done
  unset -f _facioctl_aliases
}
_facioctl_aliases
