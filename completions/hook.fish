# facioctl: `use NAME` and `use -` choose the context of this shell alone
function facioctl
  if contains -- use $argv
    set -l file (mktemp); or return
    FACIOCTL_HOOK_FD=9 command facioctl $argv 9>$file
    set -l code $status
    set -l chosen (cat $file)
    rm -f $file
    if string match -q -- '=*' "$chosen"
      set -gx FACIOCTL_PREVIOUS "=$FACIOCTL_CONTEXT"
      if test "$chosen" = "="
        set -e FACIOCTL_CONTEXT
      else
        set -gx FACIOCTL_CONTEXT (string sub -s 2 -- "$chosen")
      end
    end
    return $code
  end
  command facioctl $argv
end
