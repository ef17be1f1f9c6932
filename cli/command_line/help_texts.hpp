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
    "FACIOCTL_OUTPUT output format, as json\n"
    "FACIOCTL_TIMEOUT longest wait for an answer, as 30s\n"
    "FACIOCTL_CONFIG configuration file\n"
    "FACIOCTL_PAGER program that shows long text on a terminal; set to nothing: none\n"
    "PAGER the same, for every program\n"
    "EDITOR editor of commands that edit\n"
    "XDG_CONFIG_HOME where the configuration is: $XDG_CONFIG_HOME/facioctl/config.yaml\n"
    "XDG_CACHE_HOME where names for completion are kept: $XDG_CACHE_HOME/facioctl/completion\n"
    "XDG_RUNTIME_DIR where the token of facioctl serve is made, and ${XDG_RUNTIME_DIR} in the configuration\n"
    "CREDENTIALS_DIRECTORY systemd's directory of credentials; facio-token in it is the token\n"
    "ACCESSIBLE 1: nothing is painted over, and no sign alone has a meaning\n"
    "NO_COLOR no colours\n"
    "CLICOLOR_FORCE colours also when the output is no terminal\n"
    "TZ zone of times that are typed without one\n";

inline constexpr std::string_view kContextsText =
    "A context names a target: its address, where its token is, and how careful to be\n\n"
    "  facioctl context add prod --url https://agent.example --token-file ~/prod.token --protected\n"
    "  facioctl --context prod cron list\n"
    "  facioctl context use prod\n\n"
    "Which target is meant, the strongest first:\n"
    "  --url, --context, FACIOCTL_URL, FACIOCTL_CONTEXT,\n"
    "  a file .facioctl with the name in this directory or above it, `current` in the configuration,\n"
    "  http://127.0.0.1:8900\n\n"
    "The configuration file, YAML (facioctl config path; man facioctl.yaml):\n"
    "  version: 1\n"
    "  current: local\n"
    "  contexts:\n"
    "    local: { url: \"http://127.0.0.1:8900\", token: { file: \"${XDG_RUNTIME_DIR}/facioctl/serve.token\" } }\n"
    "    prod:  { url: \"https://agent.example\", token: { exec: [pass, show, agent] }, protected: true, timeout: 10s }\n\n"
    "protected: destructive commands ask for the context's name, or want --yes=NAME. readonly: no write is sent.\n"
    "Others: ca, insecure_http, timeout, output, kind. Where the token comes from: facioctl help tokens\n";

inline constexpr std::string_view kTokensText =
    "A token is never an argument, never in the configuration, and never shown\n\n"
    "  facioctl context add prod --url https://agent.example --token-file ~/prod.token\n"
    "  pass show agent | facioctl --context prod --token-stdin health\n"
    "  FACIOCTL_TOKEN=... facioctl --url http://127.0.0.1:8900 health\n\n"
    "Where it comes from, the strongest first:\n"
    "  --token-file, --token-stdin, --token-fd, FACIOCTL_TOKEN_FILE, FACIOCTL_TOKEN,\n"
    "  FACIO_MANAGEMENT_TOKEN (for an agent on this machine or an address that was named),\n"
    "  the context's own source: file, env, keyring or exec\n\n"
    "A token file must be yours alone: chmod 600 FILE. The token of facioctl serve is in the file that its ready\n"
    "line names; copy it to the other machine by a way that you trust, as scp.\n"
    "exec runs a program without a shell and takes what it prints; facioctl auth login puts a token into the keyring.\n"
    "A token never travels over plain HTTP to another machine unless the context says insecure_http, and a named\n"
    "context's token never goes to an address given with --url.\n";

inline constexpr std::string_view kOutputText =
    "How answers are printed\n\n"
    "  facioctl cron list -o json               one JSON document, as the agent sent it\n"
    "  facioctl cron list -o wide               all columns of the table\n"
    "  facioctl cron list --columns name,enabled --sort-by name\n"
    "  facioctl cron list -o name               names alone, for xargs\n"
    "  facioctl cron list --fields help         every field with its type and meaning\n"
    "  facioctl cron list -q '.[].name'         a jq filter over the JSON\n\n"
    "Formats: table, wide, json, ndjson, yaml, csv, tsv, name, jsonpath=EXPR, template=TEXT; also by FACIOCTL_OUTPUT\n"
    "or a context's output. A table stays a table in a pipe. Standard output holds the answer alone; warnings and\n"
    "errors go to standard error. In json, ndjson and yaml errors are objects too.\n"
    "Tables show times relative to now on a terminal, else RFC 3339 in UTC: --time=relative, local, utc, unix.\n"
    "Control characters from an agent are shown escaped. A write that fails ends with exit code 74.\n"
    "Colour: --color, NO_COLOR, CLICOLOR_FORCE. Which items: facioctl help filters\n";

inline constexpr std::string_view kFiltersText =
    "Which items of a list are shown\n\n"
    "  facioctl cron list --filter 'enabled==false'\n"
    "  facioctl sessions list --filter 'channel==\"telegram\"' --sort-by updated_at:desc\n"
    "  facioctl cron list -q 'map(select(.enabled)) | length'\n\n"
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
    "  cat > ~/bin/facioctl-jobs <<'END'\n"
    "  #!/bin/sh\n"
    "  exec facioctl cron list -o name \"$@\"\n"
    "  END\n"
    "  chmod +x ~/bin/facioctl-jobs\n"
    "  facioctl --context prod jobs\n\n"
    "It gets the arguments behind its name, and what was resolved for it in the environment; a token comes by a file\n"
    "descriptor, never in the environment. A command of facioctl's own always comes first.\n";

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
