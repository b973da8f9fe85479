#compdef ollama-tray

_ollama_tray_models() {
  local -a names server
  (( ${+opt_args[--server]} )) && server=(--server ${opt_args[--server]})
  names=(${(f)"$(ollama-tray list $server 2>/dev/null | awk 'NR > 1 { print $1 }')"})
  compadd -a names
}

_ollama_tray_downloads() {
  local -a names
  names=(${(f)"$(ollama-tray downloads 2>/dev/null | awk 'NR > 1 { print $1 }')"})
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
        'load:load a model into memory'
        'unload:unload models'
        'keep:keep a model in memory'
        'pull:have models here and up to date'
        'rm:delete models'
        'cp:copy a model to another name'
        'mv:give a model another name'
        'create:make a model of a GGUF file'
        'outdated:ask for newer versions'
        'update:update models'
        'pin:leave models as they are'
        'unpin:let models be updated again'
        'export:write the list of models'
        'import:have the models of a list here'
        'downloads:what the program that runs downloads'
        'pause:pause downloads'
        'resume:let downloads go on'
        'cancel:cancel downloads'
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
        ps|downloads|status|doctor)
          _arguments $common '--json[print JSON]' ;;
        load)
          _arguments $common '--context[tokens of context]:tokens:' \
            '--for[how long it stays]:time:' '1:model:_ollama_tray_models' ;;
        unload)
          _arguments $common '--all[all that are in memory]' '*:model:_ollama_tray_models' ;;
        keep)
          _arguments $common '--context[tokens of context]:tokens:' '--off[keep it no more]' \
            '1:model:_ollama_tray_models' ;;
        pull)
          _arguments $common '--wait[pull here, even if the program runs]' \
            '--insecure[plain http to the registry]' '(-y --yes)'{-y,--yes}'[do not ask]' \
            '*:model:_ollama_tray_models' ;;
        rm)
          _arguments $common '(-y --yes -f --force)'{-y,--yes,-f,--force}'[do not ask]' \
            '*:model:_ollama_tray_models' ;;
        cp|mv)
          _arguments $common '1:model:_ollama_tray_models' '2:new name: ' ;;
        pause|resume)
          _arguments $common '--all[all of them]' '*:download:_ollama_tray_downloads' ;;
        cancel)
          _arguments $common '(-y --yes)'{-y,--yes}'[do not ask]' \
            '*:download:_ollama_tray_downloads' ;;
        create)
          _arguments $common '--quantize[make it smaller]:type:(Q8_0 Q4_K_M Q4_K_S)' \
            '--base[the model that an adapter is for]:model:_ollama_tray_models' \
            '--no-projector[leave the projector out]' \
            '(-y --yes)'{-y,--yes}'[also where it may not work]' '--json[print JSON]' \
            '1:name:' '*:file:_files' ;;
        outdated)
          _arguments $common '--json[print JSON]' \
            '--exit-code[end with 4 if there are newer versions]' ;;
        update)
          _arguments $common '--all[all that have a newer version]' \
            '--dry-run[only say what would be done]' '(-y --yes)'{-y,--yes}'[do not ask]' \
            '--wait[pull here, even if the program runs]' '*:model:_ollama_tray_models' ;;
        export)
          _arguments $common '--json[with recipes]' '1:file:_files' ;;
        import)
          _arguments $common '--dry-run[only say what would be done]' \
            '(-y --yes)'{-y,--yes}'[do not ask]' \
            '--wait[pull here, even if the program runs]' '1:file:_files' ;;
        pin|unpin)
          _arguments $common '*:model:_ollama_tray_models' ;;
        *)
          _arguments $common ;;
      esac
      ;;
  esac
}

_ollama_tray "$@"
