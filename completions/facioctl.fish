# fish completion for facioctl
function __facioctl_complete
  set -l words (commandline -opc)
  # Without the quotation mark that is still open, as fish matches it.
  set -l current (commandline -ct | string replace -r '^(["\'])(.*?)\1?$' '$2' | string replace -ra '\\\\(.)' '$1')
  test (count $current) -gt 0; or set current ''
  for line in ($words[1] __complete $words[2..-1] $current 2>/dev/null)
    if test "$line" = :files
      set -l flag (string match -r '^(?:--[^=]*=)?@?' -- $current)
      for path in (__fish_complete_path (string replace -r '^(?:--[^=]*=)?@?' '' -- $current))
        echo "$flag$path"
      end
    else
      echo $line
    end
  end
end
complete -c facioctl -f -a '(__facioctl_complete)'
