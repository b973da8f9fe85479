# bash completion for ollama-tray

_ollama_tray_models() {
  ollama-tray list "$@" 2>/dev/null | awk 'NR > 1 { print $1 }'
}

_ollama_tray_downloads() {
  ollama-tray downloads 2>/dev/null | awk 'NR > 1 { print $1 }'
}

_ollama_tray_servers() {
  local label word=${1,,}
  while IFS= read -r label; do
    [[ ${label,,} == "$word"* ]] && COMPREPLY+=("$(printf %q "$label")")
  done < <(ollama-tray --complete-servers 2>/dev/null)
}

_ollama_tray() {
  local word=${COMP_WORDS[COMP_CWORD]} command="" server=() index
  for ((index = 1; index < COMP_CWORD; index++)); do
    case ${COMP_WORDS[index]} in
      --server) ((index++)); server=(--server "${COMP_WORDS[index]}") ;;
      --data-dir | --header-file) ((index++)) ;;
      -*) ;;
      *) command=${COMP_WORDS[index]}; break ;;
    esac
  done
  case ${COMP_WORDS[COMP_CWORD-1]} in
    --data-dir) mapfile -t COMPREPLY < <(compgen -d -- "$word"); return ;;
    --header-file) mapfile -t COMPREPLY < <(compgen -f -- "$word"); return ;;
    --server) COMPREPLY=(); _ollama_tray_servers "$word"; return ;;
    --quantize) mapfile -t COMPREPLY < <(compgen -W "Q8_0 Q4_K_M Q4_K_S" -- "$word"); return ;;
  esac
  local options="--server --header-file --data-dir --verbose --help" names=""
  case $command in
    "") options+=" --version --hidden --demo"
        names="list show ps load unload keep pull rm cp mv create outdated update pin unpin export"
        names+=" import downloads pause resume cancel status doctor quit" ;;
    list | ls) options+=" --sort --json"; names=models ;;
    show) options+=" --json"; names=models ;;
    ps | downloads | status | doctor) options+=" --json" ;;
    cp | mv) names=models ;;
    pause | resume) options+=" --all"; names=downloads ;;
    cancel) options+=" --yes"; names=downloads ;;
    pull) options+=" --wait --insecure --yes"; names=models ;;
    rm) options+=" --yes --force"; names=models ;;
    load) options+=" --context --for"; names=models ;;
    unload) options+=" --all"; names=models ;;
    keep) options+=" --context --off"; names=models ;;
    create) options+=" --quantize --base --no-projector --yes --json"; names=files ;;
    outdated) options+=" --json --exit-code" ;;
    update) options+=" --all --dry-run --yes --wait"; names=models ;;
    pin | unpin) names=models ;;
    export) options+=" --json"; names=files ;;
    import) options+=" --dry-run --yes --wait"; names=files ;;
  esac
  if [[ $word == -* ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$options" -- "$word")
    return
  fi
  if [[ $names == files ]]; then
    mapfile -t COMPREPLY < <(compgen -f -- "$word")
    return
  fi
  if [[ $names != models && $names != downloads ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$names" -- "$word")
    return
  fi
  # A model's name holds colons, at which bash splits words: complete the part after the last one.
  local name=$word before=""
  if [[ $COMP_WORDBREAKS == *:* ]]; then
    name=${COMP_LINE:0:COMP_POINT}
    name=${name##*[[:space:]]}
    before=${name%"${name##*:}"}
  fi
  local known
  if [[ $names == downloads ]]; then
    known=$(_ollama_tray_downloads)
  else
    known=$(_ollama_tray_models "${server[@]}")
  fi
  mapfile -t COMPREPLY < <(compgen -W "$known" -- "$name")
  COMPREPLY=("${COMPREPLY[@]#"$before"}")
}

complete -F _ollama_tray ollama-tray
