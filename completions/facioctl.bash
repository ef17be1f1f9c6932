# bash completion for facioctl
_facioctl() {
  local line
  COMPREPLY=()
  while IFS= read -r line; do
    case $line in
      :nospace) compopt -o nospace 2>/dev/null ;;
      :files) compopt -o default 2>/dev/null ;;
      *) COMPREPLY+=("$line") ;;
    esac
  done < <("${1/#\~/$HOME}" __complete :bash "${COMP_LINE:0:COMP_POINT}" "${COMP_WORDBREAKS-}" 2>/dev/null)
}
complete -F _facioctl facioctl
