; The Windows installer. Run by packaging/build.py, which defines the names in capitals.
;
; For this person only and without administrator rights, unless "for all users" is chosen.
; Silently:  setup.exe /S [/AllUsers] [/AutoStart] [/PackagedBy=NAME] [/D=C:\Folder]
;            uninstall.exe /S [/DeleteData]
; Exit codes: 0 done, 1 cancelled, 2 not possible.

Unicode true
Target ${STUB}
!ifdef QUICK
  SetCompressor zlib
!else
  SetCompressor /SOLID lzma
  SetCompressorDictSize 64
!endif
ManifestDPIAware true
ManifestSupportedOS all
RequestExecutionLevel user
SetOverwrite on
ShowInstDetails nevershow
ShowUninstDetails nevershow

!include "MUI2.nsh"
!include "nsDialogs.nsh"
!include "FileFunc.nsh"
!include "LogicLib.nsh"
!include "WinVer.nsh"
!include "x64.nsh"

!ifdef SIGN
  !uninstfinalize '${SIGN} "%1"' = 0
!endif

!define GUI "${PROGRAM}-gui.exe"
!define CLI "${PROGRAM}.exe"
!define UNINSTALL_KEY "Software\Microsoft\Windows\CurrentVersion\Uninstall\${APP_ID}"
!define RUN_KEY "Software\Microsoft\Windows\CurrentVersion\Run"
!define APPROVED_KEY "Software\Microsoft\Windows\CurrentVersion\Explorer\StartupApproved\Run"
!define PATHS_KEY "Software\Microsoft\Windows\CurrentVersion\App Paths"
!define SCHEME_KEY "Software\Classes\ollama-tray"

Name "${APP_NAME}"
OutFile "${TARGET}"
BrandingText "${APP_NAME} ${VERSION}"
VIProductVersion "${NUMBERS}"
VIFileVersion "${NUMBERS}"
VIAddVersionKey /LANG=0 "ProductName" "${APP_NAME}"
VIAddVersionKey /LANG=0 "ProductVersion" "${VERSION}"
VIAddVersionKey /LANG=0 "FileVersion" "${VERSION}"
VIAddVersionKey /LANG=0 "FileDescription" "${APP_NAME} Setup"
VIAddVersionKey /LANG=0 "LegalCopyright" "MIT License"
VIAddVersionKey /LANG=0 "CompanyName" "${PUBLISHER}"

Var ForAllUsers ; 1 or 0
Var WantsAutoStart
Var DeletesData
Var Dialog
Var FirstChoice
Var SecondChoice
Var DataChoice
Var InstDirGiven
Var PackagedBy ; the package manager that runs this and brings what is newer; "" = nobody

!define MUI_ICON "${ICON}"
!define MUI_UNICON "${ICON}"
!define MUI_WELCOMEFINISHPAGE_BITMAP "${BANNER}"
!define MUI_ABORTWARNING
!define MUI_FINISHPAGE_RUN
!define MUI_FINISHPAGE_RUN_FUNCTION StartProgram
!define MUI_FINISHPAGE_RUN_TEXT "$(StartNow)"

!insertmacro MUI_PAGE_LICENSE "${LICENSE_FILE}"
Page custom ShowScope LeaveScope
!define MUI_PAGE_CUSTOMFUNCTION_LEAVE LeaveDirectory
!insertmacro MUI_PAGE_DIRECTORY
!insertmacro MUI_PAGE_INSTFILES
!insertmacro MUI_PAGE_FINISH
UninstPage custom un.ShowData un.LeaveData
!insertmacro MUI_UNPAGE_INSTFILES
!insertmacro MUI_LANGUAGE "English"
!insertmacro MUI_LANGUAGE "SimpChinese"

!macro TEXT NAME ENGLISH CHINESE
  LangString ${NAME} ${LANG_ENGLISH} "${ENGLISH}"
  LangString ${NAME} ${LANG_SIMPCHINESE} "${CHINESE}"
!macroend
!insertmacro TEXT StartNow "Start ${APP_NAME}" "启动 ${APP_NAME}"
!insertmacro TEXT ScopeTitle "Who is it for?" "为谁安装？"
!insertmacro TEXT ScopeText "${APP_NAME} can be installed without administrator rights." "安装 ${APP_NAME} 不需要管理员权限。"
!insertmacro TEXT OnlyMe "Only for me" "仅为我安装"
!insertmacro TEXT Everybody "For all users of this computer (asks for administrator rights)" "为此计算机的所有用户安装（需要管理员权限）"
!insertmacro TEXT AtLogin "Start ${APP_NAME} when I log in" "登录时启动 ${APP_NAME}"
!insertmacro TEXT DataTitle "Remove ${APP_NAME}" "卸载 ${APP_NAME}"
!insertmacro TEXT DataText "Models belong to Ollama and stay where they are." "模型属于 Ollama，不会被删除。"
!insertmacro TEXT DeleteData "Delete my settings, the download list and logs too" "同时删除我的设置、下载列表和日志"
!insertmacro TEXT StillRuns "${APP_NAME} is running and does not quit. Quit it in the tray menu, then try again." "${APP_NAME} 正在运行且没有退出。请在托盘菜单中退出，然后重试。"
!insertmacro TEXT TooOld "${APP_NAME} needs 64-bit Windows 10 or newer." "${APP_NAME} 需要 64 位 Windows 10 或更高版本。"
!insertmacro TEXT NoRights "Installing for all users takes administrator rights." "为所有用户安装需要管理员权限。"

; ---- who is it for

!macro SCOPE
  ${If} $ForAllUsers = 1
    SetShellVarContext all
  ${Else}
    SetShellVarContext current
  ${EndIf}
!macroend

; What the command line names with /D= goes before everything else.
Function SetScope
  !insertmacro SCOPE
  ${If} $ForAllUsers = 1
    StrCpy $0 "$PROGRAMFILES64\${APP_NAME}"
  ${Else}
    StrCpy $0 "$LOCALAPPDATA\Programs\${APP_NAME}"
  ${EndIf}
  ReadRegStr $1 SHCTX "${UNINSTALL_KEY}" "InstallLocation"
  ${If} $1 != ""
    StrCpy $0 $1
  ${EndIf}
  ${If} $InstDirGiven == ""
    StrCpy $INSTDIR $0
  ${EndIf}
FunctionEnd

Function IsAdministrator ; → $0 = 1
  UserInfo::GetAccountType
  Pop $0
  ${If} $0 == "Admin"
    StrCpy $0 1
  ${Else}
    StrCpy $0 0
  ${EndIf}
FunctionEnd



Function SayTooOld
  MessageBox MB_ICONSTOP|MB_OK "$(TooOld)" /SD IDOK
  SetErrorLevel 2
  Quit
FunctionEnd

Function .onInit
  ${IfNot} ${AtLeastWin10}
    Call SayTooOld
  ${EndIf}
!if "${STUB}" == "x86-unicode"
  ${IfNot} ${RunningX64}
    Call SayTooOld
  ${EndIf}
!endif
  SetRegView 64
  StrCpy $InstDirGiven $INSTDIR
  StrCpy $ForAllUsers 0
  StrCpy $WantsAutoStart 0
  ${GetParameters} $R0
  ClearErrors
  ${GetOptions} $R0 "/AllUsers" $R1
  ${IfNot} ${Errors}
    StrCpy $ForAllUsers 1
  ${EndIf}
  ClearErrors
  ${GetOptions} $R0 "/AutoStart" $R1
  ${IfNot} ${Errors}
    StrCpy $WantsAutoStart 1
  ${EndIf}
  ${GetOptions} $R0 "/PackagedBy=" $PackagedBy
  ; An upgrade keeps what was chosen before.
  ReadRegStr $R1 HKCU "${RUN_KEY}" "${APP_NAME}"
  ${If} $R1 != ""
    StrCpy $WantsAutoStart 1
  ${EndIf}
  ${If} $ForAllUsers = 1
  ${AndIf} ${Silent}
    Call IsAdministrator
    ${If} $0 = 0
      SetErrorLevel 2
      Quit
    ${EndIf}
  ${EndIf}
  Call SetScope
FunctionEnd

Function ShowScope
  !insertmacro MUI_HEADER_TEXT "$(ScopeTitle)" "$(ScopeText)"
  nsDialogs::Create 1018
  Pop $Dialog
  ${NSD_CreateRadioButton} 0 0 100% 14u "$(OnlyMe)"
  Pop $FirstChoice
  ${NSD_CreateRadioButton} 0 18u 100% 14u "$(Everybody)"
  Pop $SecondChoice
  ${If} $ForAllUsers = 1
    ${NSD_Check} $SecondChoice
  ${Else}
    ${NSD_Check} $FirstChoice
  ${EndIf}
  ${NSD_CreateCheckBox} 0 48u 100% 14u "$(AtLogin)"
  Pop $DataChoice
  ${If} $WantsAutoStart = 1
    ${NSD_Check} $DataChoice
  ${EndIf}
  nsDialogs::Show
FunctionEnd

Function LeaveScope
  ${NSD_GetState} $SecondChoice $ForAllUsers
  ${NSD_GetState} $DataChoice $WantsAutoStart
  ${If} $ForAllUsers = 1
    Call IsAdministrator
    ${If} $0 = 0
      ; Start again with rights; this copy goes when that one runs.
      StrCpy $1 "/AllUsers"
      ${If} $WantsAutoStart = 1
        StrCpy $1 "/AllUsers /AutoStart"
      ${EndIf}
      ${If} $PackagedBy != ""
        StrCpy $1 "$1 /PackagedBy=$PackagedBy"
      ${EndIf}
      ClearErrors
      ExecShell "runas" "$EXEPATH" "$1"
      ${If} ${Errors}
        MessageBox MB_ICONEXCLAMATION|MB_OK "$(NoRights)"
        Abort
      ${EndIf}
      Quit
    ${EndIf}
  ${EndIf}
  Call SetScope
FunctionEnd

; Never spread over a folder that holds other things: uninstalling removes folders of ours.
Function LeaveDirectory
  ${IfNot} ${FileExists} "$INSTDIR\${GUI}"
    FindFirst $0 $1 "$INSTDIR\*"
    ${Do}
      ${If} $1 == ""
        ${ExitDo}
      ${EndIf}
      ${If} $1 != "."
      ${AndIf} $1 != ".."
        StrCpy $INSTDIR "$INSTDIR\${APP_NAME}"
        ${ExitDo}
      ${EndIf}
      FindNext $0 $1
    ${Loop}
    FindClose $0
  ${EndIf}
FunctionEnd

; ---- the running program is asked to quit, as its menu does; it is never killed

!macro ASK_TO_QUIT UN
Function ${UN}AskToQuit
  ${IfNot} ${FileExists} "$INSTDIR\${GUI}"
    Return
  ${EndIf}
again:
  nsExec::Exec '"$INSTDIR\${CLI}" quit'
  Pop $0
  StrCpy $1 0
  ${Do}
    ; A program that runs cannot be opened for writing.
    ClearErrors
    FileOpen $0 "$INSTDIR\${GUI}" a
    ${IfNot} ${Errors}
      FileClose $0
      ClearErrors
      FileOpen $0 "$INSTDIR\${CLI}" a
      ${IfNot} ${Errors}
        FileClose $0
        Return
      ${EndIf}
    ${EndIf}
    Sleep 200
    IntOp $1 $1 + 1
  ${LoopUntil} $1 > 50
  MessageBox MB_ICONEXCLAMATION|MB_RETRYCANCEL "$(StillRuns)" /SD IDCANCEL IDRETRY again
  SetErrorLevel 2
  Abort
FunctionEnd
!macroend
!insertmacro ASK_TO_QUIT ""
!insertmacro ASK_TO_QUIT "un."

; ---- install

Section "-${APP_NAME}"
  !insertmacro SCOPE
  Call AskToQuit
  ; Nothing of an older release may stay among the new files.
  RMDir /r "$INSTDIR\lib"
  RMDir /r "$INSTDIR\licenses"
  SetOutPath "$INSTDIR"
  ClearErrors
  File /r "${PAYLOAD}${SLASH}*"
  ${If} $PackagedBy != ""
    FileOpen $0 "$INSTDIR\lib\resources\${MARKER}" w
    FileWrite $0 "$PackagedBy$\n"
    FileClose $0
  ${EndIf}
  WriteUninstaller "$INSTDIR\uninstall.exe"
  ${If} ${Errors}
    SetErrorLevel 2
    Abort
  ${EndIf}
  CreateShortcut "$SMPROGRAMS\${APP_NAME}.lnk" "$INSTDIR\${GUI}" "" "$INSTDIR\${GUI}" 0

  WriteRegStr SHCTX "${UNINSTALL_KEY}" "DisplayName" "${APP_NAME}"
  WriteRegStr SHCTX "${UNINSTALL_KEY}" "DisplayVersion" "${VERSION}"
  WriteRegStr SHCTX "${UNINSTALL_KEY}" "DisplayIcon" "$INSTDIR\${GUI},0"
  WriteRegStr SHCTX "${UNINSTALL_KEY}" "Publisher" "${PUBLISHER}"
  WriteRegStr SHCTX "${UNINSTALL_KEY}" "URLInfoAbout" "${HOMEPAGE}"
  WriteRegStr SHCTX "${UNINSTALL_KEY}" "HelpLink" "${HELP}"
  WriteRegStr SHCTX "${UNINSTALL_KEY}" "URLUpdateInfo" "${NEWS}"
  WriteRegStr SHCTX "${UNINSTALL_KEY}" "InstallLocation" "$INSTDIR"
  WriteRegStr SHCTX "${UNINSTALL_KEY}" "UninstallString" '"$INSTDIR\uninstall.exe"'
  WriteRegStr SHCTX "${UNINSTALL_KEY}" "QuietUninstallString" '"$INSTDIR\uninstall.exe" /S'
  WriteRegDWORD SHCTX "${UNINSTALL_KEY}" "EstimatedSize" ${SIZE_KIB}
  WriteRegDWORD SHCTX "${UNINSTALL_KEY}" "NoModify" 1
  WriteRegDWORD SHCTX "${UNINSTALL_KEY}" "NoRepair" 1

  WriteRegStr SHCTX "${SCHEME_KEY}" "" "URL:${APP_NAME}"
  WriteRegStr SHCTX "${SCHEME_KEY}" "URL Protocol" ""
  WriteRegStr SHCTX "${SCHEME_KEY}\DefaultIcon" "" "$INSTDIR\${GUI},0"
  WriteRegStr SHCTX "${SCHEME_KEY}\shell\open\command" "" '"$INSTDIR\${GUI}" "%1"'
  WriteRegStr SHCTX "${PATHS_KEY}\${CLI}" "" "$INSTDIR\${CLI}"
  WriteRegStr SHCTX "${PATHS_KEY}\${GUI}" "" "$INSTDIR\${GUI}"

  ; The same entry that the program's own setting writes.
  ${If} $WantsAutoStart = 1
    WriteRegStr HKCU "${RUN_KEY}" "${APP_NAME}" '"$INSTDIR\${GUI}" --login'
  ${Else}
    DeleteRegValue HKCU "${RUN_KEY}" "${APP_NAME}"
  ${EndIf}
SectionEnd

; Through Explorer, so that a setup with administrator rights does not hand them on.
Function StartProgram
  Exec '"$WINDIR\explorer.exe" "$INSTDIR\${GUI}"'
FunctionEnd

; ---- uninstall

Function un.onInit
  SetRegView 64
  StrCpy $ForAllUsers 0
  StrCpy $DeletesData 0
  ReadRegStr $0 HKLM "${UNINSTALL_KEY}" "InstallLocation"
  ${If} $0 == $INSTDIR
    StrCpy $ForAllUsers 1
  ${EndIf}
  ${GetParameters} $R0
  ClearErrors
  ${GetOptions} $R0 "/DeleteData" $R1
  ${IfNot} ${Errors}
    StrCpy $DeletesData 1
  ${EndIf}
  ${If} $ForAllUsers = 1
    UserInfo::GetAccountType
    Pop $0
    ${If} $0 != "Admin"
      ${If} ${Silent}
        SetErrorLevel 2
        Quit
      ${EndIf}
      ClearErrors
      ExecShell "runas" "$INSTDIR\uninstall.exe"
      Quit
    ${EndIf}
  ${EndIf}
FunctionEnd

Function un.ShowData
  !insertmacro MUI_HEADER_TEXT "$(DataTitle)" "$(DataText)"
  nsDialogs::Create 1018
  Pop $Dialog
  ${NSD_CreateCheckBox} 0 0 100% 14u "$(DeleteData)"
  Pop $DataChoice
  nsDialogs::Show
FunctionEnd

Function un.LeaveData
  ${NSD_GetState} $DataChoice $DeletesData
FunctionEnd

Section "Uninstall"
  !insertmacro SCOPE
  Call un.AskToQuit
  Delete "$SMPROGRAMS\${APP_NAME}.lnk"
  RMDir /r "$INSTDIR\lib"
  RMDir /r "$INSTDIR\licenses"
  Delete "$INSTDIR\${GUI}"
  Delete "$INSTDIR\${CLI}"
  Delete "$INSTDIR\uninstall.exe"
  RMDir "$INSTDIR"
  DeleteRegKey SHCTX "${UNINSTALL_KEY}"
  DeleteRegKey SHCTX "${SCHEME_KEY}"
  DeleteRegKey SHCTX "${PATHS_KEY}\${CLI}"
  DeleteRegKey SHCTX "${PATHS_KEY}\${GUI}"
  DeleteRegValue HKCU "${RUN_KEY}" "${APP_NAME}"
  DeleteRegValue HKCU "${APPROVED_KEY}" "${APP_NAME}"
  ${If} $DeletesData = 1
    SetShellVarContext current
    RMDir /r "$LOCALAPPDATA\ollama-tray"
  ${EndIf}
SectionEnd
