// Topics of `facioctl help`, as they are printed: examples first.
#pragma once

#include <string_view>

namespace facio {

/// Lines "NAME meaning": the environment variables that are read.
inline constexpr std::string_view kEnvironmentVariables =
    "FACIOCTL_CONTEXT context to use\n"
    "FACIOCTL_URL address to talk to, without a context\n"
    "FACIOCTL_TOKEN_FILE file that holds the token\n"
    "FACIOCTL_TOKEN the token\n"
    "FACIO_MANAGEMENT_TOKEN the token, for an agent on this machine or an address that was named\n"
    "FACIO_API_PORT port of an agent on this machine, when nothing else names one\n"
    "FACIOCTL_OUTPUT output format, as json\n"
    "FACIOCTL_TIMEOUT longest wait for an answer, as 30s\n"
    "FACIOCTL_CONFIG configuration file\n"
    "FACIOCTL_PAGER program that shows long text on a terminal; set to nothing: none\n"
    "PAGER the same, for every program\n"
    "EDITOR editor of commands that edit; VISUAL comes before it\n"
    "XDG_CONFIG_HOME where the configuration is: $XDG_CONFIG_HOME/facioctl/config.yaml\n"
    "XDG_CACHE_HOME where names for completion are kept: $XDG_CACHE_HOME/facioctl/completion\n"
    "XDG_RUNTIME_DIR where the token of facioctl serve is made, and a token helper's answer is kept\n"
    "CREDENTIALS_DIRECTORY systemd's directory of credentials; facio-token in it is the token\n"
    "ACCESSIBLE 1: nothing is painted over, and no sign alone has a meaning\n"
    "NO_COLOR no colours\n"
    "CLICOLOR_FORCE colours also when the output is no terminal\n"
    "TZ zone of times that are typed without one\n";

inline constexpr std::string_view kContextsText =
    "A context names a target: its address, where its token is, and how careful to be\n\n"
    "  facioctl context add prod --url https://agent.example --token-file ~/prod.token --protected\n"
    "  facioctl use prod                        this shell, after eval \"$(facioctl shell-init bash)\"; use - goes back\n"
    "  facioctl context test prod               is it reached, does it take the token\n"
    "  facioctl config explain                  what holds here and now, why, and what it beat\n\n"
    "Which target is meant, the strongest first:\n"
    "  --url, --context, FACIOCTL_URL, FACIOCTL_CONTEXT,\n"
    "  a file .facioctl with the name in this directory or above it, `current` in the configuration,\n"
    "  FACIO_API_PORT on this machine, http://127.0.0.1:8900\n\n"
    "The configuration file, YAML (facioctl config path; man facioctl.yaml):\n"
    "  version: 1\n"
    "  current: local\n"
    "  contexts:\n"
    "    local: { url: \"http://127.0.0.1:8900\", token: { file: \"${XDG_RUNTIME_DIR}/facioctl/serve.token\" } }\n"
    "    prod:  { url: \"https://agent.example\", tags: [prod, eu], token: { keyring: facioctl/prod }, protected: true }\n"
    "    ops:   { kind: placet, url: \"https://placet.example\", agent: agt_1, token: { exec: [op, read, X], ttl: 10m } }\n"
    "  groups: { eu: \"tag==eu\", rest: \"!tag==prod && name=~'^agent-'\" }\n\n"
    "protected: destructive commands ask for the context's name, or want --yes=NAME. readonly: no write is sent.\n"
    "Others: ca, insecure_http, timeout, output. Change one with `facioctl config set contexts.prod.timeout 10s`: the rest\n"
    "of the file stays as it is. Tokens: facioctl help tokens. Groups: facioctl help filters, fields tag, name, kind, url …\n";

inline constexpr std::string_view kTokensText =
    "A token is never an argument, never in the configuration, and never shown\n\n"
    "  facioctl context add prod --url https://agent.example --keyring\n"
    "  facioctl auth login prod                 asks for it, unseen, and puts it into the keyring\n"
    "  facioctl auth status                     where each one lives, and whether it can be used\n"
    "  facioctl auth migrate prod --to file     into a file that you alone can read\n"
    "  pass show agent | facioctl --context prod --token-stdin health\n"
    "  FACIOCTL_TOKEN=... facioctl --url http://127.0.0.1:8900 health\n\n"
    "Where it comes from, the strongest first:\n"
    "  --token-file, --token-stdin, --token-fd, FACIOCTL_TOKEN_FILE, $CREDENTIALS_DIRECTORY/facio-token, FACIOCTL_TOKEN,\n"
    "  FACIO_MANAGEMENT_TOKEN (for an agent on this machine or an address that was named),\n"
    "  the context's own source: file, env, exec or keyring\n\n"
    "A token file must be yours alone: chmod 600 FILE. The token of facioctl serve is in the file that its ready\n"
    "line names; copy it to the other machine by a way that you trust, as scp.\n"
    "exec runs a program without a shell, for 5 s at most, and takes what it prints: the token, or {\"token\", \"expires\"}.\n"
    "The answer is kept for `ttl`, or until 30 s before it expires, and asked for anew when an agent refuses it.\n"
    "keyring is the desktop's Secret Service, by secret-tool. Locked or absent is exit code 3, never a file.\n"
    "A token never travels over plain HTTP to another machine unless the context says insecure_http, and a named\n"
    "context's token never goes to an address given with --url.\n";

inline constexpr std::string_view kOutputText =
    "How answers are printed\n\n"
    "  facioctl cron list -o json               one JSON document, as the agent sent it\n"
    "  facioctl cron list -o wide               all columns of the table\n"
    "  facioctl cron list --columns name,enabled --sort-by name\n"
    "  facioctl cron list -o name               names alone, for xargs\n"
    "  facioctl cron list --fields help         every field with its type and meaning\n"
    "  facioctl cron list -q '.[].name'         a jq filter over the JSON, as `| jq` would print it (needs libjq1)\n"
    "  facioctl cron list -o jsonpath='{range .items[*]}{.id}{\"\\n\"}{end}'   as kubectl has it\n"
    "  facioctl cron list -o template='{{range .}}{{.name}} {{timeago .state.next_run_at_ms}}\\n{{end}}'\n"
    "  facioctl cron list --watch               again when it changes: in place, or a line of JSON for each change\n\n"
    "Formats: table, wide, json, ndjson, yaml, csv, tsv, name, jsonpath=EXPR, template=TEXT; also by FACIOCTL_OUTPUT\n"
    "or a context's output. A table stays a table in a pipe. Standard output holds the answer alone; warnings and\n"
    "errors go to standard error. In json, ndjson and yaml errors are objects too.\n"
    "Tables show times relative to now on a terminal, else RFC 3339 in UTC: --time=relative, local, utc, unix.\n"
    "Control characters from an agent are shown escaped. A write that fails ends with exit code 74.\n"
    "Colour: --color, NO_COLOR, CLICOLOR_FORCE. Which items: facioctl help filters\n";

inline constexpr std::string_view kFiltersText =
    "Which items of a list are shown: the expressions of --filter, of `audit --exit-on` and of groups of contexts\n\n"
    "  facioctl cron list --filter 'enabled==false && lastRun<-24h'\n"
    "  facioctl sessions list --filter 'channel==\"telegram\"' --sort-by updated_at:desc\n"
    "  facioctl audit -f --exit-on 'status==error && (tool~mcp || duration_ms>10s)'\n"
    "  facioctl context test --group \"tag==eu && name=~'^prod-[0-9]+$'\"\n"
    "  facioctl cron list -q 'map(select(.enabled)) | length'\n\n"
    "  == != < <= > >=  by what the field is: a number, a duration (90s, 2d), a size (1.5MiB), a time (-2h, today,\n"
    "                   2026-11-20T07:00Z), a text, true or false; null is what is absent. = is the same as ==\n"
    "  ~ !~             the text has this part, or is as a pattern with * and ? says; in capitals or small letters\n"
    "  =~ !=~           a regular expression (RE2's) is found in the text: name=~'^rep', name=~'(?i)report$'\n"
    "  FIELD            alone: it is set, and not false, 0 or empty\n"
    "  ! && || ( )      not, and, or; && binds before ||\n\n"
    "A text of more than a word stands in quotes, a regular expression always. What is absent is neither less nor more than\n"
    "anything. Of a list one element has to fit; with != !~ and !=~ none may. In groups and for audit, where ~ took a regular\n"
    "expression before, it is refused with * ? and whatever else one is made of.\n"
    "--filter is applied here, to what the agent sent: `facioctl COMMAND --fields help` lists the fields. Flags of a\n"
    "command, as --status of `approvals list`, are applied by the agent, before its pages are cut.\n"
    "--all reads all pages; --limit asks for more at once. --fail-empty: exit code 5 when nothing is left.\n";

inline constexpr std::string_view kAuditText =
    "What the agent did, event by event\n\n"
    "  facioctl audit -f                        the last events, then what comes\n"
    "  facioctl audit --since yesterday --type tool_call --status error\n"
    "  facioctl audit run RUN --tree            one run, step by step, with tokens and decisions\n"
    "  facioctl audit stats                     how many of each kind\n"
    "  facioctl audit export --since 30d --chain --out log.ndjson.zst\n"
    "  facioctl audit verify log.ndjson.zst     that nobody changed it\n"
    "  facioctl audit --context a,b -f          several agents as one log\n\n"
    "A run is one turn of the agent. -f leaves nothing out: where that cannot be proven a line says so, and --strict\n"
    "ends with code 16. --cursor-file goes on where the last call ended. --file reads a file instead of an agent.\n";

inline constexpr std::string_view kCompletionText =
    "TAB completes commands, flags, their values, and names that the agent knows\n\n"
    "  facioctl completion bash > ~/.local/share/bash-completion/completions/facioctl\n"
    "  facioctl completion zsh > \"${fpath[1]}/_facioctl\"\n"
    "  facioctl completion fish > ~/.config/fish/completions/facioctl.fish\n"
    "  source <(facioctl completion bash)       for this shell alone\n\n"
    "Names (jobs, sessions, secrets, servers ...) are asked for when TAB is pressed, for 150 ms at most, and kept for\n"
    "10 s in $XDG_CACHE_HOME/facioctl/completion; what is older counts when the agent does not answer. --context and\n"
    "--url in the line are followed. Nobody is asked for a password, and no error is ever printed.\n";

inline constexpr std::string_view kPluginsText =
    "A program facioctl-NAME on the PATH is the command `facioctl NAME`\n\n"
    "  facioctl plugin list\n"
    "  cat > ~/bin/facioctl-jobs <<'END'\n"
    "  #!/bin/sh\n"
    "  exec facioctl cron list -o name \"$@\"\n"
    "  END\n"
    "  chmod +x ~/bin/facioctl-jobs\n"
    "  facioctl --context prod jobs\n\n"
    "It gets the context in FACIOCTL_CONTEXT_NAME, _URL, _KIND, _AGENT, _CA, _PROTECTED and _READONLY, and the token\n"
    "by the file descriptor FACIOCTL_TOKEN_FD, never in the environment. A command of facioctl's own always comes\n"
    "first. Asked with --facioctl-manifest it may say what it is: see facioctl plugin list --help\n";

inline constexpr std::string_view kScriptingText =
    "For scripts, and for programs that drive facioctl\n\n"
    "  facioctl cron list -o json | jq -r '.[].id'\n"
    "  facioctl cron get \"$id\" -o json || test $? -eq 5 && echo gone\n"
    "  facioctl cron delete \"$id\" --yes\n"
    "  facioctl cron create -f job.yaml --dry-run        the exact request; nothing is sent\n"
    "  facioctl cron list --curl                         the same as a line for curl\n"
    "  facioctl schema --commands                        every command, flag, type, default and exit code as JSON\n"
    "  facioctl schema cron.list                         the shapes of one command's request and reply\n\n"
    "Exit codes tell what happened: facioctl help exit-codes, or -o json for programs. With -o json an error is one\n"
    "line on standard error: {\"error\":{\"code\",\"exit\",\"message\",\"hint\",\"retryable\",...}}.\n"
    "Without a terminal nothing is ever asked: a command that would have to ends with 2 and names the flag.\n"
    "Fields and flags are only ever added; `version` in `schema --commands` changes when that cannot be kept.\n";

}  // namespace facio
