# facioctl: `use NAME` and `use -` choose the context of this shell alone
facioctl() {
  local word chosen code
  for word in "$@"; do
    if [ "$word" = use ]; then
      { chosen=$(FACIOCTL_HOOK_FD=9 command facioctl "$@" 9>&1 1>&8 8>&-); code=$?; } 8>&1
      case $chosen in
        "="*)
          export FACIOCTL_PREVIOUS="=${FACIOCTL_CONTEXT-}"
          if [ "$chosen" = "=" ]; then unset FACIOCTL_CONTEXT; else export FACIOCTL_CONTEXT="${chosen#=}"; fi
          ;;
      esac
      return "$code"
    fi
  done
  command facioctl "$@"
}
