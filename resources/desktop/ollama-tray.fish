# fish completion for ollama-tray

function __ollama_tray_models
    ollama-tray list 2>/dev/null | awk 'NR > 1 { print $1 }'
end

function __ollama_tray_downloads
    ollama-tray downloads 2>/dev/null | awk 'NR > 1 { print $1 }'
end

set -l verbs list ls show ps load unload keep pull rm cp mv create outdated update pin unpin export \
    import downloads pause resume cancel status doctor quit
set -l bare "not __fish_seen_subcommand_from $verbs"

complete -c ollama-tray -f
complete -c ollama-tray -n $bare -a list -d "List the installed models"
complete -c ollama-tray -n $bare -a show -d "Show one model"
complete -c ollama-tray -n $bare -a ps -d "List the models in memory"
complete -c ollama-tray -n $bare -a load -d "Load a model into memory"
complete -c ollama-tray -n $bare -a unload -d "Unload models"
complete -c ollama-tray -n $bare -a keep -d "Keep a model in memory"
complete -c ollama-tray -n $bare -a pull -d "Have models here and up to date"
complete -c ollama-tray -n $bare -a rm -d "Delete models"
complete -c ollama-tray -n $bare -a cp -d "Copy a model to another name"
complete -c ollama-tray -n $bare -a mv -d "Give a model another name"
complete -c ollama-tray -n $bare -a create -d "Make a model of a GGUF file"
complete -c ollama-tray -n $bare -a outdated -d "Ask for newer versions"
complete -c ollama-tray -n $bare -a update -d "Update models"
complete -c ollama-tray -n $bare -a pin -d "Leave models as they are"
complete -c ollama-tray -n $bare -a unpin -d "Let models be updated again"
complete -c ollama-tray -n $bare -a downloads -d "What the program that runs downloads"
complete -c ollama-tray -n $bare -a pause -d "Pause downloads"
complete -c ollama-tray -n $bare -a resume -d "Let downloads go on"
complete -c ollama-tray -n $bare -a cancel -d "Cancel downloads"
complete -c ollama-tray -n $bare -a export -d "Write the list of models"
complete -c ollama-tray -n $bare -a import -d "Have the models of a list here"
complete -c ollama-tray -n $bare -a status -d "How the server stands"
complete -c ollama-tray -n $bare -a doctor -d "Look for what is wrong"
complete -c ollama-tray -n $bare -a quit -d "End the program that runs"
complete -c ollama-tray -n $bare -l version -d "Print the version"
complete -c ollama-tray -n $bare -l hidden -d "Start in the tray, without the window"
complete -c ollama-tray -n $bare -l demo -d "Try everything on a demo server"

complete -c ollama-tray -l server -x -a "(ollama-tray --complete-servers 2>/dev/null)" -d "Address, or label in the settings"
complete -c ollama-tray -l data-dir -x -a "(__fish_complete_directories)" -d "Keep everything below"
complete -c ollama-tray -l header-file -r -F -d "Headers for the server"
complete -c ollama-tray -s v -l verbose -d "Log more"
complete -c ollama-tray -s h -l help -d "Print help"

complete -c ollama-tray -n "__fish_seen_subcommand_from list ls show ps create outdated export downloads status doctor" -l json -d "Print JSON"
complete -c ollama-tray -n "__fish_seen_subcommand_from load keep" -l context -x -d "Tokens of context"
complete -c ollama-tray -n "__fish_seen_subcommand_from load" -l for -x -d "How long it stays"
complete -c ollama-tray -n "__fish_seen_subcommand_from unload" -l all -d "All that are in memory"
complete -c ollama-tray -n "__fish_seen_subcommand_from keep" -l off -d "Keep it no more"
complete -c ollama-tray -n "__fish_seen_subcommand_from pull" -l wait -d "Pull here"
complete -c ollama-tray -n "__fish_seen_subcommand_from pull" -l insecure -d "Plain http to the registry"
complete -c ollama-tray -n "__fish_seen_subcommand_from pull" -s y -l yes -d "Do not ask"
complete -c ollama-tray -n "__fish_seen_subcommand_from update" -l wait -d "Pull here"
complete -c ollama-tray -n "__fish_seen_subcommand_from update" -l all -d "All that have a newer version"
complete -c ollama-tray -n "__fish_seen_subcommand_from update" -l dry-run -d "Only say what would be done"
complete -c ollama-tray -n "__fish_seen_subcommand_from update" -s y -l yes -d "Do not ask"
complete -c ollama-tray -n "__fish_seen_subcommand_from list ls" -l sort -x -a "modified used" -d "In which order"
complete -c ollama-tray -n "__fish_seen_subcommand_from import" -l wait -d "Pull here"
complete -c ollama-tray -n "__fish_seen_subcommand_from import" -l dry-run -d "Only say what would be done"
complete -c ollama-tray -n "__fish_seen_subcommand_from import" -s y -l yes -d "Do not ask"
complete -c ollama-tray -n "__fish_seen_subcommand_from export import" -F
complete -c ollama-tray -n "__fish_seen_subcommand_from outdated" -l exit-code -d "End with 4 if there are newer versions"
complete -c ollama-tray -n "__fish_seen_subcommand_from pause resume" -l all -d "All of them"
complete -c ollama-tray -n "__fish_seen_subcommand_from cancel" -s y -l yes -d "Do not ask"
complete -c ollama-tray -n "__fish_seen_subcommand_from pause resume cancel" -a "(__ollama_tray_downloads)"
complete -c ollama-tray -n "__fish_seen_subcommand_from create" -F
complete -c ollama-tray -n "__fish_seen_subcommand_from create" -l quantize -x -a "Q8_0 Q4_K_M Q4_K_S" -d "Make it smaller"
complete -c ollama-tray -n "__fish_seen_subcommand_from create" -l base -x -a "(__ollama_tray_models)" -d "The model an adapter is for"
complete -c ollama-tray -n "__fish_seen_subcommand_from create" -l no-projector -d "Leave the projector out"
complete -c ollama-tray -n "__fish_seen_subcommand_from create" -s y -l yes -d "Also where it may not work"
complete -c ollama-tray -n "__fish_seen_subcommand_from rm" -s y -s f -l yes -l force -d "Do not ask"
complete -c ollama-tray -n "__fish_seen_subcommand_from list ls show load unload keep pull rm cp mv update pin unpin" -a "(__ollama_tray_models)"
