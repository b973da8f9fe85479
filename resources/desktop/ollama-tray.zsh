#compdef ollama-tray

_ollama_tray_models() {
  local -a names server
  (( ${+opt_args[--server]} )) && server=(--server ${opt_args[--server]})
  names=(${(f)"$(ollama-tray list $server 2>/dev/null | awk 'NR > 1 { print $1 }')"})
  compadd -a names
}

_ollama_tray_servers() {
  local -a labels
  labels=(${(f)"$(ollama-tray --complete-servers 2>/dev/null)"})
  compadd -a labels
  _hosts
}

_ollama_tray() {
  local context state state_descr line
  typeset -A opt_args
  local -a common
  common=(
    '--server[address, or label in the settings]:server:_ollama_tray_servers'
    '--header-file[headers for the server]:file:_files'
    '--data-dir[keep everything below a folder]:folder:_directories'
    '(-v --verbose)'{-v,--verbose}'[log more]'
    '(- *)'{-h,--help}'[print help]'
  )
  _arguments -C $common \
    '(- *)--version[print the version]' \
    '--hidden[start in the tray, without the window]' \
    '--demo[try everything on a demo server]' \
    '1:command:->command' \
    '*::argument:->argument'
  case $state in
    command)
      local -a commands
      commands=(
        'list:list the installed models'
        'show:show one model'
        'ps:list the models in memory'
        'pull:have models here and up to date'
        'rm:delete models'
        'outdated:ask for newer versions'
        'update:update models'
        'pin:leave models as they are'
        'unpin:let models be updated again'
        'status:how the server stands'
        'doctor:look for what is wrong'
        'quit:end the program that runs'
      )
      _describe -t commands command commands
      ;;
    argument)
      case $words[1] in
        list|ls)
          _arguments $common '--sort[in which order]:order:(modified used)' '--json[print JSON]' \
            '1:model:_ollama_tray_models' ;;
        show)
          _arguments $common '--json[print JSON]' '1:model:_ollama_tray_models' ;;
        ps|status|doctor)
          _arguments $common '--json[print JSON]' ;;
        pull)
          _arguments $common '--wait[pull here, even if the program runs]' \
            '--insecure[plain http to the registry]' '*:model:_ollama_tray_models' ;;
        rm)
          _arguments $common '(-y --yes -f --force)'{-y,--yes,-f,--force}'[do not ask]' \
            '*:model:_ollama_tray_models' ;;
        outdated)
          _arguments $common '--json[print JSON]' \
            '--exit-code[end with 4 if there are newer versions]' ;;
        update)
          _arguments $common '--all[all that have a newer version]' \
            '--dry-run[only say what would be done]' '(-y --yes)'{-y,--yes}'[do not ask]' \
            '--wait[pull here, even if the program runs]' '*:model:_ollama_tray_models' ;;
        pin|unpin)
          _arguments $common '*:model:_ollama_tray_models' ;;
        *)
          _arguments $common ;;
      esac
      ;;
  esac
}

_ollama_tray "$@"
