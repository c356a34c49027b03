/* SPDX-License-Identifier: Apache-2.0 */
#include "cactl/app.h"
#include "cactl/nouns.h"
#include "cactl/object.h"

/* The scripts only ask cactl __complete: they never need to be made again. */
static const struct {
    const char *shell;
    const char *script;
} scripts[] = {
    {"bash", "_cactl() {\n"
             "    mapfile -t COMPREPLY < <(cactl __complete -- \"${COMP_WORDS[@]:1:COMP_CWORD}\" "
             "2>/dev/null)\n"
             "}\n"
             "complete -o default -F _cactl cactl\n"      },
    {"zsh",  "#compdef cactl\n"
            "_cactl() {\n"
            "    local -a found\n"
            "    found=(\"${(@f)$(cactl __complete -- \"${(@)words[2,CURRENT]}\" 2>/dev/null)}\")\n"
            "    if [[ -n \"${found[*]}\" ]]; then compadd -a found; else _files; fi\n"
            "}\n"
            "compdef _cactl cactl\n"                       },
    {"fish", "function __cactl_complete\n"
             "    set -l words (commandline -opc) (commandline -ct)\n"
             "    cactl __complete -- $words[2..-1] 2>/dev/null\n"
             "end\n"
             "complete -c cactl -a '(__cactl_complete)'\n"},
};

static CA_RC completion(struct app *app, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf text = {0};
    CA_AUTO(json) json_t *object = NULL;
    const char *script = NULL;

    for (size_t i = 0; i < CA_COUNT(scripts); i++) {
        if (strcmp(scripts[i].shell, app->args.words[0]) == 0)
            script = scripts[i].script;
    }
    if (script == NULL)
        return CA_FAIL_USAGE(err, "completion %.40s: bash, zsh or fish", app->args.words[0]);
    ca_buf_str(&text, script);
    if (app->format == OUTPUT_TABLE || app->format == OUTPUT_WIDE)
        return output_text(&text, err);
    object = json_pack("{s:s, s:s}", "name", app->args.words[0], "text", script);
    if (object == NULL)
        return CA_FAIL_NOMEM(err);
    return output_object(app, &view_text, object, err);
}

/* clang-format off */
static const struct verb verbs[] = {
    {
        .name = "", .arguments = "bash|zsh|fish", .least = 1, .most = 1,
        .line = "Print a script that completes commands in your shell",
        .notes = "Names of profiles, authorities and the like come from the server, which has a second to answer.",
        .examples = {{"cactl completion bash > ~/.local/share/bash-completion/completions/cactl", NULL},
                     {"cactl completion fish > ~/.config/fish/completions/cactl.fish", NULL}},
        .run = completion,
    },
};
/* clang-format on */

const struct noun noun_completion = {"completion", "Complete commands in the shell", verbs, 1,
                                     false};
