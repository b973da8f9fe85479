<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN" sourcelanguage="en">
<context>
    <name></name>
    <message>
        <source> GB</source>
        <comment>behind a number</comment>
        <translation> GB</translation>
    </message>
    <message>
        <source> s</source>
        <comment>seconds, behind a number</comment>
        <translation> 秒</translation>
    </message>
    <message numerus="yes">
        <source>%Ln active</source>
        <comment>downloads</comment>
        <translation>
            <numerusform>%Ln 个进行中</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln characters</source>
        <translation>
            <numerusform>%Ln 个字符</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln checks</source>
        <translation>
            <numerusform>%Ln 项检查</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln checks are fine</source>
        <translation>
            <numerusform>%Ln 项检查正常</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln days ago</source>
        <translation>
            <numerusform>%Ln 天前</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln done</source>
        <comment>downloads</comment>
        <translation>
            <numerusform>%Ln 个已完成</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln downloads</source>
        <translation>
            <numerusform>%Ln 个下载</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln downloads are waiting and will continue by themselves.</source>
        <translation>
            <numerusform>%Ln 个下载正在等待，之后会自动继续。</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln downloads are waiting for the server</source>
        <translation>
            <numerusform>%Ln 个下载正在等待服务器</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln downloads continue.</source>
        <translation>
            <numerusform>%Ln 个下载继续进行。</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln downloads failed</source>
        <translation>
            <numerusform>%Ln 个下载失败</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln downloads finished</source>
        <translation>
            <numerusform>%Ln 个下载已完成</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln downloads paused</source>
        <translation>
            <numerusform>%Ln 个下载已暂停</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln downloads wait</source>
        <translation>
            <numerusform>%Ln 个下载在等待</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln downloads wait for disk space</source>
        <translation>
            <numerusform>%Ln 个下载在等待磁盘空间</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln downloads wait for their servers</source>
        <translation>
            <numerusform>%Ln 个下载在等待各自的服务器</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln downloads wait.</source>
        <translation>
            <numerusform>%Ln 个下载在等待。</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln entries</source>
        <comment>of a list</comment>
        <translation>
            <numerusform>%Ln 条</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln failed</source>
        <comment>downloads</comment>
        <translation>
            <numerusform>%Ln 个失败</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln files</source>
        <translation>
            <numerusform>%Ln 个文件</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln hours</source>
        <translation>
            <numerusform>%Ln 小时</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln kept loaded</source>
        <comment>models</comment>
        <translation>
            <numerusform>%Ln 个保持加载</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln lines</source>
        <translation>
            <numerusform>%Ln 行</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln lines with recipes</source>
        <translation>
            <numerusform>%Ln 行，含配方</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln loaded</source>
        <comment>models</comment>
        <translation>
            <numerusform>已加载 %Ln 个</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln minutes</source>
        <translation>
            <numerusform>%Ln 分钟</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln models</source>
        <translation>
            <numerusform>%Ln 个模型</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln models are being made</source>
        <translation>
            <numerusform>正在创建 %Ln 个模型</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln models are hidden by the filter.</source>
        <translation>
            <numerusform>筛选隐藏了 %Ln 个模型。</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln models are hidden by the search.</source>
        <translation>
            <numerusform>搜索隐藏了 %Ln 个模型。</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln models are in the downloads.</source>
        <translation>
            <numerusform>%Ln 个模型已加入下载列表。</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln models are made as soon as their base is here.</source>
        <translation>
            <numerusform>%Ln 个模型会在其基础模型就绪后创建。</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln models aren’t offered: {reasons}.</source>
        <translation>
            <numerusform>有 %Ln 个模型未列出：{reasons}。</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln models come from unusual places</source>
        <translation>
            <numerusform>%Ln 个模型的来源不寻常</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln models deleted on {servers}, up to {size} freed.</source>
        <translation>
            <numerusform>已在{servers}上删除 %Ln 个模型，最多释放 {size}。</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln models deleted on {servers}, {size} freed.</source>
        <translation>
            <numerusform>已在{servers}上删除 %Ln 个模型，释放 {size}。</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln models deleted on {servers}.</source>
        <translation>
            <numerusform>已在{servers}上删除 %Ln 个模型。</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln models deleted, up to {size} freed.</source>
        <translation>
            <numerusform>已删除 %Ln 个模型，最多释放 {size}。</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln models deleted, {size} freed.</source>
        <translation>
            <numerusform>已删除 %Ln 个模型，释放 {size}。</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln models deleted.</source>
        <translation>
            <numerusform>已删除 %Ln 个模型。</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln models have a newer version.</source>
        <translation>
            <numerusform>有 %Ln 个模型有新版本。</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln models shown</source>
        <translation>
            <numerusform>显示 %Ln 个模型</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln models still use the old version of {name}.</source>
        <translation>
            <numerusform>有 %Ln 个模型仍在使用 {name} 的旧版本。</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln models updated</source>
        <translation>
            <numerusform>已更新 %Ln 个模型</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln models, with the same context and for as long.</source>
        <translation>
            <numerusform>%Ln 个模型，上下文长度和保留时间不变。</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln months ago</source>
        <translation>
            <numerusform>%Ln 个月前</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln more</source>
        <comment>end of a list of names</comment>
        <translation>
            <numerusform>另外 %Ln 个</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln more layers</source>
        <translation>
            <numerusform>另外 %Ln 层</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln newer versions</source>
        <translation>
            <numerusform>%Ln 个新版本</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln of {count} parts are missing</source>
        <translation>
            <numerusform>缺少 {count} 个部分中的 %Ln 个</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln out of reach</source>
        <comment>models</comment>
        <translation>
            <numerusform>%Ln 个无法连接</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln paused</source>
        <comment>downloads</comment>
        <translation>
            <numerusform>%Ln 个已暂停</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln pinned</source>
        <comment>models</comment>
        <translation>
            <numerusform>%Ln 个已固定</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln seconds</source>
        <translation>
            <numerusform>%Ln 秒</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln selected, they free up to {size}</source>
        <translation>
            <numerusform>已选 %Ln 个，最多可释放 {size}</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln selected, they free {size}</source>
        <translation>
            <numerusform>已选 %Ln 个，可释放 {size}</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln servers</source>
        <translation>
            <numerusform>%Ln 台服务器</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln servers are back</source>
        <translation>
            <numerusform>%Ln 台服务器已恢复</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln servers wait for it.</source>
        <translation>
            <numerusform>%Ln 台服务器在等待它。</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln servers wait for it: {servers}.</source>
        <translation>
            <numerusform>%Ln 台服务器正在等待它：{servers}。</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln starred</source>
        <comment>models</comment>
        <translation>
            <numerusform>%Ln 个已加星标</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln things to fix</source>
        <translation>
            <numerusform>%Ln 个问题需要解决</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln tokens</source>
        <translation>
            <numerusform>%Ln token</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln updates</source>
        <translation>
            <numerusform>%Ln 个可更新</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln updates found</source>
        <translation>
            <numerusform>发现 %Ln 个更新</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln values</source>
        <translation>
            <numerusform>%Ln 个值</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln waiting</source>
        <comment>downloads</comment>
        <translation>
            <numerusform>%Ln 个等待中</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln weeks ago</source>
        <translation>
            <numerusform>%Ln 周前</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln years ago</source>
        <translation>
            <numerusform>%Ln 年前</numerusform>
        </translation>
    </message>
    <message>
        <source>&amp;Add</source>
        <translation>添加(&amp;A)</translation>
    </message>
    <message>
        <source>&amp;Add again</source>
        <translation>重新添加(&amp;A)</translation>
    </message>
    <message numerus="yes">
        <source>&amp;Add on %Ln servers</source>
        <translation>
            <numerusform>在 %Ln 台服务器上添加(&amp;A)</numerusform>
        </translation>
    </message>
    <message>
        <source>&amp;Add parameter</source>
        <translation>添加参数(&amp;A)</translation>
    </message>
    <message>
        <source>&amp;Add server…</source>
        <translation>添加服务器(&amp;A)…</translation>
    </message>
    <message>
        <source>&amp;Address</source>
        <translation>地址(&amp;A)</translation>
    </message>
    <message>
        <source>&amp;Based on</source>
        <translation>基于(&amp;B)</translation>
    </message>
    <message>
        <source>&amp;Browse the library</source>
        <translation>浏览模型库(&amp;B)</translation>
    </message>
    <message>
        <source>&amp;Cancel</source>
        <translation>取消(&amp;C)</translation>
    </message>
    <message>
        <source>&amp;Check for newer versions</source>
        <translation>检查新版本(&amp;C)</translation>
    </message>
    <message>
        <source>&amp;Clear failed</source>
        <translation>清除失败的下载(&amp;C)</translation>
    </message>
    <message>
        <source>&amp;Close</source>
        <translation>关闭(&amp;C)</translation>
    </message>
    <message>
        <source>&amp;Combine several into one notification</source>
        <translation>将多条合并为一条通知(&amp;C)</translation>
    </message>
    <message>
        <source>&amp;Continue unfinished downloads when Ollama Tray starts</source>
        <translation>启动 Ollama Tray 时继续未完成的下载(&amp;C)</translation>
    </message>
    <message>
        <source>&amp;Copy</source>
        <translation>复制(&amp;C)</translation>
    </message>
    <message>
        <source>&amp;Copy all</source>
        <translation>全部复制(&amp;C)</translation>
    </message>
    <message numerus="yes">
        <source>&amp;Delete %Ln models…</source>
        <translation>
            <numerusform>删除 %Ln 个模型…(&amp;D)</numerusform>
        </translation>
    </message>
    <message>
        <source>&amp;Delete when ready</source>
        <translation>完成后删除(&amp;D)</translation>
    </message>
    <message>
        <source>&amp;Delete {count}…</source>
        <translation>删除 {count} 个(&amp;D)…</translation>
    </message>
    <message>
        <source>&amp;Delete…</source>
        <translation>删除(&amp;D)…</translation>
    </message>
    <message>
        <source>&amp;Discard</source>
        <translation>放弃(&amp;D)</translation>
    </message>
    <message>
        <source>&amp;Drop and remove</source>
        <translation>放弃并移除(&amp;D)</translation>
    </message>
    <message>
        <source>&amp;Duplicate</source>
        <translation>复制(&amp;D)</translation>
    </message>
    <message>
        <source>&amp;Finish, then remove</source>
        <translation>完成后移除(&amp;F)</translation>
    </message>
    <message>
        <source>&amp;Free up space…</source>
        <translation>释放空间…(&amp;F)</translation>
    </message>
    <message>
        <source>&amp;Go back</source>
        <translation>恢复(&amp;G)</translation>
    </message>
    <message>
        <source>&amp;Go back…</source>
        <translation>恢复(&amp;G)…</translation>
    </message>
    <message>
        <source>&amp;How to restart Ollama</source>
        <translation>如何重启 Ollama(&amp;H)</translation>
    </message>
    <message>
        <source>&amp;Import</source>
        <translation>导入(&amp;I)</translation>
    </message>
    <message numerus="yes">
        <source>&amp;Import %Ln models</source>
        <translation>
            <numerusform>导入 %Ln 个模型(&amp;I)</numerusform>
        </translation>
    </message>
    <message>
        <source>&amp;Import {count}, delete {others}…</source>
        <translation>导入 {count} 个，删除 {others} 个(&amp;I)…</translation>
    </message>
    <message>
        <source>&amp;Keep downloading</source>
        <translation>继续下载(&amp;K)</translation>
    </message>
    <message>
        <source>&amp;Keep editing</source>
        <translation>继续编辑(&amp;K)</translation>
    </message>
    <message>
        <source>&amp;Keep free on the model disk</source>
        <translation>模型磁盘保留空间(&amp;K)</translation>
    </message>
    <message>
        <source>&amp;Keep it</source>
        <translation>保留(&amp;K)</translation>
    </message>
    <message>
        <source>&amp;Keep loaded</source>
        <translation>保持加载(&amp;K)</translation>
    </message>
    <message>
        <source>&amp;Keep running in the tray when the window is closed</source>
        <translation>关闭窗口后在托盘中继续运行(&amp;K)</translation>
    </message>
    <message>
        <source>&amp;Keep the old versions for {days} days</source>
        <translation>将旧版本保留 {days} 天(&amp;K)</translation>
    </message>
    <message>
        <source>&amp;Keep the version of today as {name}</source>
        <translation>将今天的版本保留为 {name}(&amp;K)</translation>
    </message>
    <message>
        <source>&amp;Keep this version for {days} days</source>
        <translation>将此版本保留 {days} 天(&amp;K)</translation>
    </message>
    <message>
        <source>&amp;Language</source>
        <translation>语言(&amp;L)</translation>
    </message>
    <message>
        <source>&amp;Load</source>
        <translation>加载(&amp;L)</translation>
    </message>
    <message>
        <source>&amp;Load again afterwards</source>
        <translation>之后重新加载(&amp;L)</translation>
    </message>
    <message>
        <source>&amp;Look…</source>
        <translation>查看(&amp;L)…</translation>
    </message>
    <message>
        <source>&amp;Model name or link</source>
        <translation>模型名称或链接(&amp;M)</translation>
    </message>
    <message>
        <source>&amp;Name</source>
        <translation>名称(&amp;N)</translation>
    </message>
    <message>
        <source>&amp;Never look this name up</source>
        <translation>从不查询此名称(&amp;N)</translation>
    </message>
    <message>
        <source>&amp;Offer again</source>
        <translation>再次提供(&amp;O)</translation>
    </message>
    <message>
        <source>&amp;Old version after an update</source>
        <translation>更新后的旧版本(&amp;O)</translation>
    </message>
    <message>
        <source>&amp;Only between</source>
        <translation>仅限时段(&amp;O)</translation>
    </message>
    <message>
        <source>&amp;Open</source>
        <translation>打开(&amp;O)</translation>
    </message>
    <message>
        <source>&amp;Open page on {registry}</source>
        <translation>打开 {registry} 上的页面(&amp;O)</translation>
    </message>
    <message>
        <source>&amp;Pause</source>
        <translation>暂停(&amp;P)</translation>
    </message>
    <message>
        <source>&amp;Pin this version</source>
        <translation>固定此版本(&amp;P)</translation>
    </message>
    <message>
        <source>&amp;Pull</source>
        <translation>拉取(&amp;P)</translation>
    </message>
    <message>
        <source>&amp;Pull again</source>
        <translation>重新拉取(&amp;P)</translation>
    </message>
    <message>
        <source>&amp;Pull anyway</source>
        <translation>仍然拉取(&amp;P)</translation>
    </message>
    <message>
        <source>&amp;Pull instead…</source>
        <translation>改为拉取(&amp;P)…</translation>
    </message>
    <message>
        <source>&amp;Pull model…</source>
        <translation>拉取模型…</translation>
    </message>
    <message numerus="yes">
        <source>&amp;Pull on %Ln servers</source>
        <translation>
            <numerusform>在 %Ln 台服务器上拉取(&amp;P)</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>&amp;Pull on %Ln servers, {size}</source>
        <translation>
            <numerusform>在 %Ln 台服务器上拉取，{size}(&amp;P)</numerusform>
        </translation>
    </message>
    <message>
        <source>&amp;Pull {size}</source>
        <translation>拉取 {size}(&amp;P)</translation>
    </message>
    <message>
        <source>&amp;Pull…</source>
        <translation>拉取…(&amp;P)</translation>
    </message>
    <message>
        <source>&amp;Quantize</source>
        <translation>量化(&amp;Q)</translation>
    </message>
    <message>
        <source>&amp;Quit</source>
        <translation>退出(&amp;Q)</translation>
    </message>
    <message>
        <source>&amp;Read</source>
        <translation>阅读(&amp;R)</translation>
    </message>
    <message>
        <source>&amp;Refresh while the window is open</source>
        <translation>窗口打开时刷新(&amp;R)</translation>
    </message>
    <message>
        <source>&amp;Remove</source>
        <translation>移除(&amp;R)</translation>
    </message>
    <message>
        <source>&amp;Remove server…</source>
        <translation>移除服务器(&amp;R)…</translation>
    </message>
    <message>
        <source>&amp;Rename</source>
        <translation>重命名(&amp;R)</translation>
    </message>
    <message>
        <source>&amp;Replace</source>
        <translation>替换(&amp;R)</translation>
    </message>
    <message>
        <source>&amp;Replace, {size}</source>
        <translation>替换，{size}(&amp;R)</translation>
    </message>
    <message>
        <source>&amp;Resume</source>
        <translation>继续(&amp;R)</translation>
    </message>
    <message>
        <source>&amp;Retry</source>
        <translation>重试(&amp;R)</translation>
    </message>
    <message>
        <source>&amp;Retry all failed</source>
        <translation>重试所有失败的下载(&amp;R)</translation>
    </message>
    <message>
        <source>&amp;Retry automatically after network errors</source>
        <translation>网络出错后自动重试(&amp;R)</translation>
    </message>
    <message>
        <source>&amp;Run doctor…</source>
        <translation>运行诊断(&amp;R)…</translation>
    </message>
    <message>
        <source>&amp;Save</source>
        <translation>保存(&amp;S)</translation>
    </message>
    <message>
        <source>&amp;Save anyway</source>
        <translation>仍然保存(&amp;S)</translation>
    </message>
    <message>
        <source>&amp;Select them</source>
        <translation>选中它们(&amp;S)</translation>
    </message>
    <message>
        <source>&amp;Show</source>
        <translation>显示(&amp;S)</translation>
    </message>
    <message>
        <source>&amp;Show download</source>
        <translation>显示下载(&amp;S)</translation>
    </message>
    <message>
        <source>&amp;Show in “All servers”</source>
        <translation>显示在“所有服务器”中(&amp;S)</translation>
    </message>
    <message>
        <source>&amp;Start again</source>
        <translation>重新开始(&amp;S)</translation>
    </message>
    <message>
        <source>&amp;Start now</source>
        <translation>立即开始(&amp;S)</translation>
    </message>
    <message>
        <source>&amp;Stop</source>
        <translation>停止(&amp;S)</translation>
    </message>
    <message>
        <source>&amp;Stop loading</source>
        <translation>停止加载(&amp;S)</translation>
    </message>
    <message>
        <source>&amp;System prompt</source>
        <translation>系统提示词(&amp;S)</translation>
    </message>
    <message>
        <source>&amp;Test</source>
        <translation>测试(&amp;T)</translation>
    </message>
    <message>
        <source>&amp;Update</source>
        <comment>a model</comment>
        <translation>更新(&amp;U)</translation>
    </message>
    <message>
        <source>&amp;Update</source>
        <comment>models</comment>
        <translation>更新(&amp;U)</translation>
    </message>
    <message>
        <source>&amp;Update anyway</source>
        <translation>仍要更新(&amp;U)</translation>
    </message>
    <message>
        <source>&amp;Update anyway…</source>
        <translation>仍要更新(&amp;U)…</translation>
    </message>
    <message>
        <source>&amp;Update {count}, {size}</source>
        <translation>更新 {count} 个，{size}(&amp;U)</translation>
    </message>
    <message>
        <source>&amp;Update {size}</source>
        <translation>更新 {size}(&amp;U)</translation>
    </message>
    <message>
        <source>&amp;User name</source>
        <translation>用户名(&amp;U)</translation>
    </message>
    <message>
        <source>&amp;Wake</source>
        <translation>唤醒(&amp;W)</translation>
    </message>
    <message>
        <source>&amp;What will be sent…</source>
        <translation>将发送的内容(&amp;W)…</translation>
    </message>
    <message>
        <source>, </source>
        <comment>between parts of a line</comment>
        <translation>，</translation>
    </message>
    <message>
        <source>1 model comes from an unusual place</source>
        <translation>1 个模型的来源不寻常</translation>
    </message>
    <message>
        <source>1 value</source>
        <translation>1 个值</translation>
    </message>
    <message>
        <source>100% CPU</source>
        <translation>100% CPU</translation>
    </message>
    <message>
        <source>100% GPU</source>
        <translation>100% GPU</translation>
    </message>
    <message>
        <source>2 min ago</source>
        <translation>2 分钟前</translation>
    </message>
    <message>
        <source>; </source>
        <translation>；</translation>
    </message>
    <message>
        <source>A &amp;download has failed</source>
        <translation>下载失败(&amp;D)</translation>
    </message>
    <message>
        <source>A &amp;server goes offline or comes back</source>
        <translation>服务器离线或恢复(&amp;S)</translation>
    </message>
    <message>
        <source>A bracket is missing, as in [::1]:11434.</source>
        <translation>缺少一个方括号，正确写法如 [::1]:11434。</translation>
    </message>
    <message>
        <source>A container: publish its port here only:</source>
        <translation>容器：只在本机发布端口：</translation>
    </message>
    <message>
        <source>A download is &amp;finished</source>
        <translation>下载完成(&amp;F)</translation>
    </message>
    <message>
        <source>A download pauses when less is left.</source>
        <translation>剩余空间少于此值时，下载会暂停。</translation>
    </message>
    <message>
        <source>A file arrived damaged twice. The disk or network of the server may be faulty.</source>
        <translation>文件两次损坏。服务器的磁盘或网络可能有故障。</translation>
    </message>
    <message>
        <source>A file arrived damaged. It will be fetched again.</source>
        <translation>收到的文件已损坏，将重新获取。</translation>
    </message>
    <message>
        <source>A file can’t be written</source>
        <translation>无法写入文件</translation>
    </message>
    <message>
        <source>A file could not be read</source>
        <translation>无法读取文件</translation>
    </message>
    <message>
        <source>A header’s name has only letters, digits and - _ .</source>
        <translation>标头名称只能包含字母、数字和 - _ .</translation>
    </message>
    <message>
        <source>A line of a download’s progress</source>
        <translation>一行下载进度</translation>
    </message>
    <message>
        <source>A model called {copy} exists by now.</source>
        <translation>现在已有名为 {copy} 的模型。</translation>
    </message>
    <message>
        <source>A model that isn’t known</source>
        <translation>未知的模型</translation>
    </message>
    <message>
        <source>A model with this name exists.</source>
        <translation>已有同名的模型。</translation>
    </message>
    <message>
        <source>A name can’t contain a space.</source>
        <translation>名称不能包含空格。</translation>
    </message>
    <message>
        <source>A name can’t contain “{piece}”. Allowed: letters, digits and . _ - : /</source>
        <translation>名称不能包含“{piece}”。允许使用字母、数字和 . _ - : /</translation>
    </message>
    <message>
        <source>A name of letters, digits and _ that isn’t in the table</source>
        <translation>由字母、数字和 _ 组成且不在表中的名称</translation>
    </message>
    <message>
        <source>A name with “{piece}” in front needs a user too: host/user/model.</source>
        <translation>以“{piece}”开头的名称还需要用户名：host/user/model。</translation>
    </message>
    <message>
        <source>A newer Ollama</source>
        <translation>新版 Ollama</translation>
    </message>
    <message>
        <source>A newer Ollama Tray</source>
        <translation>新版 Ollama Tray</translation>
    </message>
    <message>
        <source>A newer version is out</source>
        <translation>有新版本发布</translation>
    </message>
    <message>
        <source>A newer version is there.</source>
        <translation>已有新版本。</translation>
    </message>
    <message>
        <source>A newer version needs Ollama {version}</source>
        <translation>新版本需要 Ollama {version}</translation>
    </message>
    <message>
        <source>A newer version needs a newer Ollama</source>
        <translation>新版本需要更新的 Ollama</translation>
    </message>
    <message>
        <source>A number</source>
        <translation>须为数字</translation>
    </message>
    <message>
        <source>A port is a number from 1 to 65535.</source>
        <translation>端口是 1 到 65535 之间的数字。</translation>
    </message>
    <message>
        <source>A proxy answers in place of “{server}”</source>
        <translation>代理代替“{server}”作出了响应</translation>
    </message>
    <message>
        <source>A proxy stands between you and this computer</source>
        <translation>您与这台电脑之间有代理</translation>
    </message>
    <message>
        <source>A stray file, {name}, lies among its models. Everything unused stays on disk until it is gone.</source>
        <translation>它的模型中混有多余的文件 {name}。移除之前，所有不再使用的内容都会留在磁盘上。</translation>
    </message>
    <message>
        <source>A terminal doesn’t read the keyring. Ask it with --server, and OLLAMA_TRAY_TOKEN or --header-file.</source>
        <translation>终端不读取密钥环。请用 --server 指定它，并配合 OLLAMA_TRAY_TOKEN 或 --header-file。</translation>
    </message>
    <message>
        <source>A value</source>
        <translation>须有值</translation>
    </message>
    <message>
        <source>A web page answered instead of {registry}. The network may want you to log in first.</source>
        <translation>响应的是一个网页，而不是 {registry}。网络可能要求先登录。</translation>
    </message>
    <message>
        <source>A web page answers instead of {registry}, perhaps a login page</source>
        <translation>响应的是一个网页而不是 {registry}，可能是登录页面</translation>
    </message>
    <message>
        <source>A whole number</source>
        <translation>须为整数</translation>
    </message>
    <message>
        <source>A whole number, {least} or more</source>
        <translation>须为整数，至少为 {least}</translation>
    </message>
    <message>
        <source>About</source>
        <translation>关于</translation>
    </message>
    <message>
        <source>About Ollama Tray</source>
        <translation>关于 Ollama Tray</translation>
    </message>
    <message>
        <source>About {percent} would fit. The rest runs on the processor and will be slow.</source>
        <translation>大约能放下 {percent}。其余部分由处理器运行，会很慢。</translation>
    </message>
    <message>
        <source>Access refused</source>
        <translation>访问被拒绝</translation>
    </message>
    <message>
        <source>Access refused. The server isn’t signed in, or the model is private.</source>
        <translation>访问被拒绝。服务器没有登录，或模型是私有的。</translation>
    </message>
    <message>
        <source>Access token (Bearer)</source>
        <translation>访问令牌 (Bearer)</translation>
    </message>
    <message>
        <source>Adapter</source>
        <translation>适配器</translation>
    </message>
    <message>
        <source>Add &amp;model…</source>
        <translation>添加模型(&amp;M)…</translation>
    </message>
    <message>
        <source>Add -y to cancel without asking.</source>
        <translation>加上 -y 可不经询问直接取消。</translation>
    </message>
    <message>
        <source>Add -y to create it anyway.</source>
        <translation>加上 -y 可直接创建。</translation>
    </message>
    <message>
        <source>Add -y to delete without asking.</source>
        <translation>加上 -y 可不经询问直接删除。</translation>
    </message>
    <message>
        <source>Add -y to import without asking.</source>
        <translation>添加 -y 可不经询问直接导入。</translation>
    </message>
    <message>
        <source>Add -y to pull without asking.</source>
        <translation>加上 -y 可直接下载而不询问。</translation>
    </message>
    <message>
        <source>Add -y to update without asking.</source>
        <translation>加上 -y 可直接更新而不询问。</translation>
    </message>
    <message>
        <source>Add Ollama Tray to the programs that your desktop starts.</source>
        <translation>请将 Ollama Tray 添加到桌面的启动程序中。</translation>
    </message>
    <message>
        <source>Add a tag after “:”, or remove it.</source>
        <translation>请在“:”后面添加标签，或将其删除。</translation>
    </message>
    <message>
        <source>Add header</source>
        <translation>添加请求头</translation>
    </message>
    <message>
        <source>Add its MAC address first</source>
        <translation>请先添加其 MAC 地址</translation>
    </message>
    <message>
        <source>Add server</source>
        <translation>添加服务器</translation>
    </message>
    <message>
        <source>Add server…</source>
        <translation>添加服务器…</translation>
    </message>
    <message>
        <source>Add to &amp;queue</source>
        <translation>加入队列(&amp;Q)</translation>
    </message>
    <message>
        <source>Added to the system’s list. “{name}” and {count} more, until {date}.</source>
        <translation>已加入系统列表。“{name}”及另外 {count} 个，有效期至 {date}。</translation>
    </message>
    <message>
        <source>Added to the system’s list. “{name}”, until {date}.</source>
        <translation>已加入系统列表。“{name}”，有效期至 {date}。</translation>
    </message>
    <message>
        <source>Address of the proxy</source>
        <translation>代理的地址</translation>
    </message>
    <message>
        <source>Afterwards up to {taken} are taken; {going} of them go when Ollama is started more than an hour later.</source>
        <translation>完成后最多占用 {taken}；其中 {going} 会在一小时后 Ollama 下次启动时清除。</translation>
    </message>
    <message>
        <source>Afterwards {taken} are taken.</source>
        <translation>完成后占用 {taken}。</translation>
    </message>
    <message>
        <source>Afterwards {taken} are taken; {going} of them go when Ollama is started more than an hour later.</source>
        <translation>完成后占用 {taken}；其中 {going} 会在一小时后 Ollama 下次启动时清除。</translation>
    </message>
    <message>
        <source>All</source>
        <translation>全部</translation>
    </message>
    <message numerus="yes">
        <source>All %Ln models are up to date.</source>
        <translation>
            <numerusform>全部 %Ln 个模型都是最新的。</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>All %Ln parts are there</source>
        <translation>
            <numerusform>%Ln 个部分齐全</numerusform>
        </translation>
    </message>
    <message>
        <source>All files</source>
        <translation>所有文件</translation>
    </message>
    <message>
        <source>All files (*)</source>
        <translation>所有文件 (*)</translation>
    </message>
    <message>
        <source>All models</source>
        <translation>所有模型</translation>
    </message>
    <message>
        <source>All servers</source>
        <translation>所有服务器</translation>
    </message>
    <message>
        <source>All that you do with models, and what is listed, is asked of them.</source>
        <translation>你对模型的一切操作以及列表内容都向它们请求。</translation>
    </message>
    <message>
        <source>All {size} are shared with {names} and stay.</source>
        <translation>全部 {size} 与 {names} 共用，会保留。</translation>
    </message>
    <message>
        <source>Allow Ollama Tray to run in the background in the settings of your desktop.</source>
        <translation>请在桌面的设置中允许 Ollama Tray 在后台运行。</translation>
    </message>
    <message>
        <source>Almost done. Ollama can’t stop while it checks the files</source>
        <translation>即将完成。Ollama 校验文件时无法停止</translation>
    </message>
    <message>
        <source>Already downloading</source>
        <translation>正在下载</translation>
    </message>
    <message>
        <source>Already downloading, {share}</source>
        <translation>正在下载，{share}</translation>
    </message>
    <message>
        <source>Already gone: {names}.</source>
        <translation>已被删除：{names}。</translation>
    </message>
    <message>
        <source>Already here</source>
        <translation>已存在</translation>
    </message>
    <message>
        <source>Already here. Whether there is a newer version isn’t known.</source>
        <translation>已有。不清楚是否有更新的版本。</translation>
    </message>
    <message>
        <source>Already on the server</source>
        <translation>服务器上已有</translation>
    </message>
    <message>
        <source>Already up to date</source>
        <translation>已是最新版本</translation>
    </message>
    <message>
        <source>Already up to date. Nothing was pulled</source>
        <translation>已是最新，没有拉取任何内容</translation>
    </message>
    <message>
        <source>Already up to date. Nothing was pulled.</source>
        <translation>已是最新，没有拉取任何内容。</translation>
    </message>
    <message>
        <source>Already waiting in line</source>
        <translation>已在排队</translation>
    </message>
    <message>
        <source>Already waiting in line, {share}</source>
        <translation>已在排队，{share}</translation>
    </message>
    <message numerus="yes">
        <source>Also &amp;delete the %Ln models that aren’t listed, {size}…</source>
        <translation>
            <numerusform>同时删除未列出的 %Ln 个模型，{size}(&amp;D)…</numerusform>
        </translation>
    </message>
    <message>
        <source>Also models from &amp;Hugging Face</source>
        <translation>包括来自 Hugging Face 的模型(&amp;H)</translation>
    </message>
    <message>
        <source>Also used by</source>
        <translation>同时用于</translation>
    </message>
    <message>
        <source>An address can’t contain a space.</source>
        <translation>地址不能包含空格。</translation>
    </message>
    <message>
        <source>An address starts with http:// or https://, or with neither.</source>
        <translation>地址以 http:// 或 https:// 开头，也可以都不写。</translation>
    </message>
    <message>
        <source>An answer</source>
        <translation>响应</translation>
    </message>
    <message>
        <source>An old version is removed tomorrow</source>
        <translation>明天将移除一个旧版本</translation>
    </message>
    <message>
        <source>An old version that is kept</source>
        <translation>保留的旧版本</translation>
    </message>
    <message>
        <source>Another address</source>
        <translation>地址已变更</translation>
    </message>
    <message>
        <source>Another address: enter its password again.</source>
        <translation>地址已更改：请重新输入密码。</translation>
    </message>
    <message>
        <source>Another address: enter its secret headers again.</source>
        <translation>地址已更改：请重新输入机密请求头。</translation>
    </message>
    <message>
        <source>Another address: enter its token again.</source>
        <translation>地址已更改：请重新输入令牌。</translation>
    </message>
    <message>
        <source>Another program has {path} open.</source>
        <translation>另一个程序正在使用 {path}。</translation>
    </message>
    <message numerus="yes">
        <source>Another program set %Ln minutes.</source>
        <translation>
            <numerusform>另一个程序设成了 %Ln 分钟。</numerusform>
        </translation>
    </message>
    <message>
        <source>Another program set {time}.</source>
        <translation>另一个程序设成了 {time}。</translation>
    </message>
    <message>
        <source>Another program unloaded it at {time}.</source>
        <translation>另一个程序在 {time} 卸载了它。</translation>
    </message>
    <message>
        <source>Another program uses port {port}</source>
        <translation>另一个程序占用了端口 {port}</translation>
    </message>
    <message>
        <source>Another server has this name.</source>
        <translation>另一台服务器已使用此名称。</translation>
    </message>
    <message>
        <source>Another version is published now</source>
        <translation>现在发布的是另一个版本</translation>
    </message>
    <message>
        <source>Apps that use the old name no longer find it.</source>
        <translation>使用旧名称的应用将找不到它。</translation>
    </message>
    <message>
        <source>Architecture</source>
        <translation>架构</translation>
    </message>
    <message>
        <source>As a Modelfile. Only what you changed; the rest is taken over.</source>
        <translation>以 Modelfile 表示。只含您改动的部分，其余沿用。</translation>
    </message>
    <message>
        <source>As a Modelfile. Only what you changed; the rest stays.</source>
        <translation>以 Modelfile 表示。只含您改动的部分，其余不变。</translation>
    </message>
    <message>
        <source>As in {name}.</source>
        <translation>与 {name} 相同。</translation>
    </message>
    <message>
        <source>As it is now.</source>
        <translation>与现在相同。</translation>
    </message>
    <message>
        <source>As {name}.</source>
        <translation>名称为 {name}。</translation>
    </message>
    <message>
        <source>Ask again</source>
        <translation>再次询问</translation>
    </message>
    <message>
        <source>Asked your system to start the service “{service}”. It may ask for your password.</source>
        <translation>已请求系统启动服务“{service}”。系统可能会要求输入密码。</translation>
    </message>
    <message>
        <source>Asking {registry}…</source>
        <translation>正在询问 {registry}…</translation>
    </message>
    <message>
        <source>Asks the registry for each name, from this computer. Only the names of the models leave it.</source>
        <translation>从这台计算机向仓库逐个查询名称。只有模型名称会离开这台计算机。</translation>
    </message>
    <message>
        <source>At least one server must be on</source>
        <translation>至少须启用一台服务器</translation>
    </message>
    <message>
        <source>At most {count} headers</source>
        <translation>最多 {count} 个标头</translation>
    </message>
    <message>
        <source>At {registry}</source>
        <translation>{registry} 上</translation>
    </message>
    <message>
        <source>At {registry} now: {digest}</source>
        <translation>{registry} 上现为：{digest}</translation>
    </message>
    <message>
        <source>Audio</source>
        <translation>音频</translation>
    </message>
    <message>
        <source>Automatic</source>
        <translation>自动</translation>
    </message>
    <message>
        <source>Automatic follows the color of your panel or taskbar.</source>
        <translation>“自动”会跟随面板或任务栏的颜色。</translation>
    </message>
    <message>
        <source>Avoids words that have come before, however often.</source>
        <translation>避免已出现过的词语，不论次数。</translation>
    </message>
    <message>
        <source>Avoids words the more, the more often they have come.</source>
        <translation>词语出现越多，越避免使用。</translation>
    </message>
    <message>
        <source>B</source>
        <translation>B</translation>
    </message>
    <message>
        <source>Back to the present one</source>
        <translation>恢复为现有的</translation>
    </message>
    <message>
        <source>Back to {name}’s</source>
        <translation>恢复为 {name} 的</translation>
    </message>
    <message>
        <source>Back to {value}</source>
        <translation>恢复为 {value}</translation>
    </message>
    <message>
        <source>Based on</source>
        <translation>基于</translation>
    </message>
    <message>
        <source>Before {date}</source>
        <translation>{date}之前</translation>
    </message>
    <message>
        <source>Beside it: {names}</source>
        <translation>同时加载：{names}</translation>
    </message>
    <message>
        <source>Broadcast address</source>
        <translation>广播地址</translation>
    </message>
    <message>
        <source>Browse the library</source>
        <translation>浏览模型库</translation>
    </message>
    <message>
        <source>C&amp;hange…</source>
        <translation>更改(&amp;H)…</translation>
    </message>
    <message>
        <source>C&amp;hoose another file…</source>
        <translation>选择其他文件(&amp;H)…</translation>
    </message>
    <message>
        <source>C&amp;lear history</source>
        <translation>清除历史记录(&amp;L)</translation>
    </message>
    <message>
        <source>C&amp;ontinue</source>
        <translation>继续(&amp;O)</translation>
    </message>
    <message>
        <source>C&amp;opy</source>
        <translation>复制(&amp;O)</translation>
    </message>
    <message>
        <source>C&amp;reate</source>
        <translation>创建(&amp;R)</translation>
    </message>
    <message>
        <source>C&amp;reate anyway</source>
        <translation>仍然创建(&amp;R)</translation>
    </message>
    <message>
        <source>CA file</source>
        <translation>CA 文件</translation>
    </message>
    <message>
        <source>CA file…</source>
        <translation>CA 文件…</translation>
    </message>
    <message>
        <source>CONTEXT</source>
        <translation>上下文</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Cancel &amp;download</source>
        <translation>取消下载(&amp;D)</translation>
    </message>
    <message>
        <source>Cancel download</source>
        <translation>取消下载</translation>
    </message>
    <message>
        <source>Cancel the download of {name}?</source>
        <translation>取消下载 {name}？</translation>
    </message>
    <message>
        <source>Cancel {name}</source>
        <translation>取消 {name}</translation>
    </message>
    <message>
        <source>Canceled</source>
        <translation>已取消</translation>
    </message>
    <message>
        <source>Canceled {names}.</source>
        <translation>已取消 {names}。</translation>
    </message>
    <message>
        <source>Canceled, nothing was left behind</source>
        <translation>已取消，未留下任何内容</translation>
    </message>
    <message>
        <source>Can’t be shown</source>
        <translation>无法显示</translation>
    </message>
    <message>
        <source>Can’t check for a newer version: no usable answer from {registry} ({reason}).</source>
        <translation>无法检查是否有新版本：{registry} 没有给出可用的响应（{reason}）。</translation>
    </message>
    <message>
        <source>Can’t copy {name}</source>
        <translation>无法复制 {name}</translation>
    </message>
    <message>
        <source>Can’t delete {name}</source>
        <translation>无法删除 {name}</translation>
    </message>
    <message>
        <source>Can’t find out what this desktop offers</source>
        <translation>无法得知此桌面提供哪些功能</translation>
    </message>
    <message>
        <source>Can’t go back to the old version of {name}</source>
        <translation>无法恢复 {name} 的旧版本</translation>
    </message>
    <message>
        <source>Can’t keep {name} loaded</source>
        <translation>无法保持加载 {name}</translation>
    </message>
    <message>
        <source>Can’t load {name}</source>
        <translation>无法加载 {name}</translation>
    </message>
    <message>
        <source>Can’t make {name}</source>
        <translation>无法创建 {name}</translation>
    </message>
    <message>
        <source>Can’t move {name} to the new version</source>
        <translation>无法将 {name} 移到新版本</translation>
    </message>
    <message>
        <source>Can’t pull {name}</source>
        <translation>无法拉取 {name}</translation>
    </message>
    <message numerus="yes">
        <source>Can’t reach %Ln servers</source>
        <translation>
            <numerusform>无法连接到 %Ln 台服务器</numerusform>
        </translation>
    </message>
    <message>
        <source>Can’t reach Ollama</source>
        <translation>无法连接 Ollama</translation>
    </message>
    <message>
        <source>Can’t reach {servers}</source>
        <translation>无法连接{servers}</translation>
    </message>
    <message>
        <source>Can’t reach {servers}.</source>
        <translation>无法连接{servers}。</translation>
    </message>
    <message>
        <source>Can’t reach “{server}”</source>
        <translation>无法连接“{server}”</translation>
    </message>
    <message>
        <source>Can’t reach “{server}” since {time}.</source>
        <translation>自 {time} 起无法连接“{server}”。</translation>
    </message>
    <message>
        <source>Can’t reach “{server}”. It’s created when it is back.</source>
        <translation>无法连接“{server}”。恢复后会自动创建。</translation>
    </message>
    <message>
        <source>Can’t reach “{server}”. This is the list from {time}. Downloads wait and resume by themselves.</source>
        <translation>无法连接“{server}”。这是 {time} 的列表。下载会等待，之后自动继续。</translation>
    </message>
    <message>
        <source>Can’t rename {name}</source>
        <translation>无法重命名 {name}</translation>
    </message>
    <message>
        <source>Can’t show {name}</source>
        <translation>无法显示 {name}</translation>
    </message>
    <message>
        <source>Can’t sign in with this</source>
        <translation>无法用此内容登录</translation>
    </message>
    <message>
        <source>Can’t unload {name}</source>
        <translation>无法卸载 {name}</translation>
    </message>
    <message>
        <source>Capabilities</source>
        <translation>能力</translation>
    </message>
    <message>
        <source>Certificate</source>
        <translation>证书</translation>
    </message>
    <message>
        <source>Certificate not trusted</source>
        <translation>证书不可信</translation>
    </message>
    <message>
        <source>Certificate, proxy, Wake, model folder</source>
        <translation>证书、代理、唤醒、模型文件夹</translation>
    </message>
    <message>
        <source>Certificates</source>
        <translation>证书</translation>
    </message>
    <message>
        <source>Certificates are trusted</source>
        <translation>证书受信任</translation>
    </message>
    <message>
        <source>Change server…</source>
        <translation>更换服务器…</translation>
    </message>
    <message>
        <source>Change something first</source>
        <translation>请先做些改动</translation>
    </message>
    <message>
        <source>Change what {name} is made of</source>
        <translation>更改 {name} 的创建方式</translation>
    </message>
    <message>
        <source>Changed meanwhile</source>
        <translation>其间有改动</translation>
    </message>
    <message>
        <source>Change…</source>
        <translation>更改…</translation>
    </message>
    <message>
        <source>Chat</source>
        <translation>对话</translation>
    </message>
    <message>
        <source>Check &amp;again</source>
        <translation>重新检查(&amp;A)</translation>
    </message>
    <message>
        <source>Check &amp;now</source>
        <translation>立即检查(&amp;N)</translation>
    </message>
    <message>
        <source>Check for update</source>
        <translation>检查更新</translation>
    </message>
    <message>
        <source>Check for updates now</source>
        <translation>立即检查更新</translation>
    </message>
    <message>
        <source>Check now</source>
        <translation>立即检查</translation>
    </message>
    <message>
        <source>Check that it is switched on and connected, then try again.</source>
        <translation>请检查它是否已开机并连接网络，然后重试。</translation>
    </message>
    <message>
        <source>Checked against the system’s list</source>
        <translation>按系统列表检查</translation>
    </message>
    <message>
        <source>Checked {time}</source>
        <comment>when</comment>
        <translation>检查时间：{time}</translation>
    </message>
    <message>
        <source>Checked {time}.</source>
        <translation>检查于{time}。</translation>
    </message>
    <message>
        <source>Checking again…</source>
        <translation>正在重新检查…</translation>
    </message>
    <message>
        <source>Checking the file</source>
        <translation>正在检查文件</translation>
    </message>
    <message>
        <source>Checking this computer…</source>
        <translation>正在检查这台电脑…</translation>
    </message>
    <message>
        <source>Checking “{server}”…</source>
        <translation>正在检查“{server}”…</translation>
    </message>
    <message>
        <source>Checking…</source>
        <translation>正在检查…</translation>
    </message>
    <message>
        <source>Checking… {done} of {total}</source>
        <translation>正在检查… {done}/{total}</translation>
    </message>
    <message>
        <source>Choose &amp;another…</source>
        <translation>选择其他文件(&amp;A)…</translation>
    </message>
    <message>
        <source>Choose a GGUF file</source>
        <translation>选择 GGUF 文件</translation>
    </message>
    <message>
        <source>Choose a file.</source>
        <translation>请选择一个文件。</translation>
    </message>
    <message>
        <source>Choose a model</source>
        <translation>请选择模型</translation>
    </message>
    <message>
        <source>Choose a server</source>
        <translation>请选择服务器</translation>
    </message>
    <message>
        <source>Choose another file for {name}</source>
        <translation>为 {name} 选择其他文件</translation>
    </message>
    <message>
        <source>Choose none.</source>
        <translation>不点击链接即可。</translation>
    </message>
    <message>
        <source>Choose one server first</source>
        <translation>请先选择一个服务器</translation>
    </message>
    <message>
        <source>Choose other registries</source>
        <translation>选择其他仓库</translation>
    </message>
    <message>
        <source>Choose the model’s own file; the projector is found beside it.</source>
        <translation>请选择模型本身的文件；旁边的视觉投影文件会被自动找到。</translation>
    </message>
    <message>
        <source>Chooses among the likeliest words that together have this probability.</source>
        <translation>在合计达到此概率的最可能词语中选择。</translation>
    </message>
    <message>
        <source>Chooses among this many of the likeliest words.</source>
        <translation>在这么多个最可能的词语中选择。</translation>
    </message>
    <message>
        <source>Choose…</source>
        <translation>选择…</translation>
    </message>
    <message>
        <source>Clear</source>
        <translation>清除</translation>
    </message>
    <message>
        <source>Clear finished</source>
        <translation>清除已完成</translation>
    </message>
    <message>
        <source>Clear search</source>
        <translation>清除搜索</translation>
    </message>
    <message>
        <source>Clocks agree</source>
        <translation>时钟一致</translation>
    </message>
    <message>
        <source>Clocks agree to the second</source>
        <translation>时钟精确一致</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>Close search</source>
        <translation>关闭搜索</translation>
    </message>
    <message>
        <source>Close that program, then change it again.</source>
        <translation>请关闭该程序，然后重新更改。</translation>
    </message>
    <message>
        <source>Close window</source>
        <translation>关闭窗口</translation>
    </message>
    <message>
        <source>Closing this window keeps Ollama Tray in the tray, and downloads go on. To stop it, choose Quit in the tray menu.</source>
        <translation>关闭此窗口后，Ollama Tray 会留在托盘中，下载也会继续。要停止，请在托盘菜单中选择“退出”。</translation>
    </message>
    <message>
        <source>Cloud</source>
        <translation>云端</translation>
    </message>
    <message>
        <source>Cloud model, nothing stored here</source>
        <translation>云端模型，本地不存储任何内容</translation>
    </message>
    <message>
        <source>Cloud model, nothing to download</source>
        <translation>云端模型，无需下载</translation>
    </message>
    <message>
        <source>Cloud models aren’t loaded here</source>
        <translation>云端模型不在本地加载</translation>
    </message>
    <message>
        <source>Cloud models can’t be changed here</source>
        <translation>云端模型无法在此更改</translation>
    </message>
    <message>
        <source>Cloud models take no space.</source>
        <translation>云端模型不占空间。</translation>
    </message>
    <message>
        <source>Co&amp;mpare…</source>
        <translation>比较(&amp;M)…</translation>
    </message>
    <message>
        <source>Colored</source>
        <translation>彩色</translation>
    </message>
    <message>
        <source>Columns</source>
        <translation>列</translation>
    </message>
    <message>
        <source>Comes from OLLAMA_HOST. Change it there, or add another server.</source>
        <translation>来自 OLLAMA_HOST。请在那里更改，或添加另一台服务器。</translation>
    </message>
    <message>
        <source>Comes from the environment. It can be switched off, not removed.</source>
        <translation>来自环境变量。可以停用，不能移除。</translation>
    </message>
    <message>
        <source>Compare servers</source>
        <translation>比较服务器</translation>
    </message>
    <message>
        <source>Computers of your network that sleep</source>
        <translation>网络中休眠的电脑</translation>
    </message>
    <message>
        <source>Configuration</source>
        <translation>配置</translation>
    </message>
    <message>
        <source>Connected to Ollama {version}</source>
        <translation>已连接 Ollama {version}</translation>
    </message>
    <message>
        <source>Connected to {server}, {models}</source>
        <translation>已连接 {server}，{models}</translation>
    </message>
    <message>
        <source>Connected, but Ollama {version} is too old</source>
        <translation>已连接，但 Ollama {version} 版本过旧</translation>
    </message>
    <message>
        <source>Connected, but this Ollama is too old</source>
        <translation>已连接，但此 Ollama 版本过旧</translation>
    </message>
    <message>
        <source>Connecting to {address}</source>
        <translation>正在连接 {address}</translation>
    </message>
    <message>
        <source>Connecting to “{server}”…</source>
        <translation>正在连接“{server}”…</translation>
    </message>
    <message>
        <source>Connecting…</source>
        <translation>正在连接…</translation>
    </message>
    <message>
        <source>Connection lost. Ollama goes on; waiting for the model to appear</source>
        <translation>连接已断开。Ollama 会继续；正在等待模型出现</translation>
    </message>
    <message>
        <source>Context length</source>
        <translation>上下文长度</translation>
    </message>
    <message>
        <source>Context of {name}</source>
        <translation>{name} 的上下文</translation>
    </message>
    <message>
        <source>Context {count}</source>
        <translation>上下文 {count}</translation>
    </message>
    <message>
        <source>Context {count}.</source>
        <translation>上下文 {count}。</translation>
    </message>
    <message>
        <source>Copied</source>
        <translation>已复制</translation>
    </message>
    <message>
        <source>Copied {name} to {copy}.</source>
        <translation>已将 {name} 复制为 {copy}。</translation>
    </message>
    <message>
        <source>Copy &amp;error</source>
        <translation>复制错误(&amp;E)</translation>
    </message>
    <message>
        <source>Copy &amp;name</source>
        <translation>复制名称(&amp;N)</translation>
    </message>
    <message>
        <source>Copy &amp;report</source>
        <translation>复制报告(&amp;R)</translation>
    </message>
    <message>
        <source>Copy command</source>
        <translation>复制命令</translation>
    </message>
    <message>
        <source>Copy diagnostics</source>
        <translation>复制诊断信息</translation>
    </message>
    <message>
        <source>Copy digest</source>
        <translation>复制摘要</translation>
    </message>
    <message>
        <source>Copy error</source>
        <translation>复制错误</translation>
    </message>
    <message>
        <source>Copy fingerprint</source>
        <translation>复制指纹</translation>
    </message>
    <message>
        <source>Copy name</source>
        <translation>复制名称</translation>
    </message>
    <message>
        <source>Copy names</source>
        <translation>复制名称</translation>
    </message>
    <message>
        <source>Copy setting</source>
        <translation>复制设置</translation>
    </message>
    <message>
        <source>Copy the details</source>
        <translation>复制详细信息</translation>
    </message>
    <message>
        <source>Copy the technical details</source>
        <translation>复制技术详情</translation>
    </message>
    <message>
        <source>Copy {name} &amp;as</source>
        <translation>将 {name} 复制为(&amp;A)</translation>
    </message>
    <message>
        <source>Copy “ollama run” command</source>
        <translation>复制“ollama run”命令</translation>
    </message>
    <message>
        <source>Correct HTTP_PROXY, HTTPS_PROXY or ALL_PROXY, or add {host} to NO_PROXY.</source>
        <translation>请更正 HTTP_PROXY、HTTPS_PROXY 或 ALL_PROXY，或将 {host} 加入 NO_PROXY。</translation>
    </message>
    <message>
        <source>Correct the server’s entry in the settings.</source>
        <translation>请在设置中更正服务器条目。</translation>
    </message>
    <message>
        <source>Correct {name} first</source>
        <translation>请先更正 {name}</translation>
    </message>
    <message>
        <source>Couldn’t be read ({reason}).</source>
        <translation>无法读取（{reason}）。</translation>
    </message>
    <message>
        <source>Couldn’t check ({reason})</source>
        <translation>无法检查（{reason}）</translation>
    </message>
    <message>
        <source>Couldn’t check since then: {reason}.</source>
        <translation>此后无法检查：{reason}。</translation>
    </message>
    <message>
        <source>Couldn’t check since {date}: {reason}.</source>
        <translation>自{date}起无法检查：{reason}。</translation>
    </message>
    <message>
        <source>Couldn’t check: {reason}.</source>
        <translation>无法检查：{reason}。</translation>
    </message>
    <message>
        <source>Couldn’t look up the size</source>
        <translation>无法查询大小</translation>
    </message>
    <message>
        <source>Counting…</source>
        <translation>正在统计…</translation>
    </message>
    <message>
        <source>Create &amp;on</source>
        <translation>创建到(&amp;O)</translation>
    </message>
    <message>
        <source>Create from file</source>
        <translation>从文件创建</translation>
    </message>
    <message>
        <source>Create from file ({n} of {count})</source>
        <translation>从文件创建（第 {n} 个，共 {count} 个）</translation>
    </message>
    <message>
        <source>Create from file…</source>
        <translation>从文件创建…</translation>
    </message>
    <message>
        <source>Create it anyway?</source>
        <translation>仍要创建吗？</translation>
    </message>
    <message>
        <source>Created {name}, {size}.</source>
        <translation>已创建 {name}，{size}。</translation>
    </message>
    <message>
        <source>Created {name}.</source>
        <translation>已创建 {name}。</translation>
    </message>
    <message>
        <source>Creating failed</source>
        <translation>创建失败</translation>
    </message>
    <message>
        <source>Creating failed: {name}</source>
        <translation>创建失败：{name}</translation>
    </message>
    <message>
        <source>Creating {name}</source>
        <comment>said by a screen reader</comment>
        <translation>正在创建 {name}</translation>
    </message>
    <message>
        <source>Creating…</source>
        <translation>正在创建…</translation>
    </message>
    <message>
        <source>D&amp;uplicate…</source>
        <translation>复制为(&amp;U)…</translation>
    </message>
    <message>
        <source>DEMO</source>
        <translation>演示</translation>
    </message>
    <message>
        <source>DONE</source>
        <comment>how much of a download</comment>
        <translation>已完成</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>深色</translation>
    </message>
    <message>
        <source>Default</source>
        <translation>默认</translation>
    </message>
    <message>
        <source>Default context</source>
        <translation>默认上下文</translation>
    </message>
    <message>
        <source>Defaults are used instead.</source>
        <translation>将改用默认值。</translation>
    </message>
    <message>
        <source>Delete</source>
        <comment>button</comment>
        <translation>删除(&amp;D)</translation>
    </message>
    <message>
        <source>Delete</source>
        <translation>删除</translation>
    </message>
    <message numerus="yes">
        <source>Delete %Ln models</source>
        <comment>button</comment>
        <translation>
            <numerusform>删除 %Ln 个模型(&amp;D)</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Delete %Ln models from {servers}?</source>
        <translation>
            <numerusform>从{servers}删除 %Ln 个模型？</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Delete %Ln models from “{server}”?</source>
        <translation>
            <numerusform>从“{server}”删除 %Ln 个模型？</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Delete %Ln models that aren’t listed from “{server}”?</source>
        <translation>
            <numerusform>从“{server}”删除未列出的 %Ln 个模型？</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Delete %Ln models that aren’t listed?</source>
        <translation>
            <numerusform>删除未列出的 %Ln 个模型？</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Delete %Ln models?</source>
        <translation>
            <numerusform>删除 %Ln 个模型？</numerusform>
        </translation>
    </message>
    <message>
        <source>Delete it…</source>
        <translation>删除它…</translation>
    </message>
    <message>
        <source>Delete models</source>
        <comment>title of a window</comment>
        <translation>删除模型</translation>
    </message>
    <message>
        <source>Delete something there.</source>
        <translation>请在该磁盘上删除一些内容。</translation>
    </message>
    <message>
        <source>Delete when ready</source>
        <translation>完成后删除</translation>
    </message>
    <message>
        <source>Delete {name} from “{server}”?</source>
        <translation>从“{server}”删除 {name}？</translation>
    </message>
    <message>
        <source>Delete {name} when it’s ready</source>
        <translation>完成后删除 {name}</translation>
    </message>
    <message>
        <source>Delete {name}?</source>
        <translation>删除 {name}？</translation>
    </message>
    <message>
        <source>Deleted {name}, up to {size} freed.</source>
        <translation>已删除 {name}，最多释放 {size}。</translation>
    </message>
    <message>
        <source>Deleted {name}, {size} freed.</source>
        <translation>已删除 {name}，释放 {size}。</translation>
    </message>
    <message>
        <source>Deleted {name}.</source>
        <translation>已删除 {name}。</translation>
    </message>
    <message>
        <source>Delete…</source>
        <translation>删除…</translation>
    </message>
    <message>
        <source>Deleting {name} would free no disk space.</source>
        <translation>删除 {name} 不会释放磁盘空间。</translation>
    </message>
    <message>
        <source>Deleting {name} would free up to {size}.</source>
        <translation>删除 {name} 最多可释放 {size}。</translation>
    </message>
    <message>
        <source>Deleting {name} would free {size}.</source>
        <translation>删除 {name} 可释放 {size}。</translation>
    </message>
    <message>
        <source>Deleting {name} would free {size}; {shared} stay for {names}.</source>
        <translation>删除 {name} 可释放 {size}，另有 {shared} 为 {names} 保留。</translation>
    </message>
    <message>
        <source>Deleting…</source>
        <translation>正在删除…</translation>
    </message>
    <message>
        <source>Desktop</source>
        <translation>桌面</translation>
    </message>
    <message>
        <source>Details</source>
        <translation>详情</translation>
    </message>
    <message>
        <source>Diagnostics copied. Paste them into your report.</source>
        <translation>诊断信息已复制。请粘贴到报告中。</translation>
    </message>
    <message>
        <source>Different versions</source>
        <translation>版本不同</translation>
    </message>
    <message>
        <source>Differs from {registry}</source>
        <translation>与 {registry} 上的不同</translation>
    </message>
    <message>
        <source>Differs from {registry}. Update it alone, from its row.</source>
        <translation>与 {registry} 不同。请在它所在的行单独更新。</translation>
    </message>
    <message>
        <source>Differs from {registry}. Update it alone.</source>
        <translation>与 {registry} 上的不同，请单独更新它。</translation>
    </message>
    <message>
        <source>Digest</source>
        <translation>摘要</translation>
    </message>
    <message>
        <source>Discard the changes?</source>
        <translation>放弃更改？</translation>
    </message>
    <message>
        <source>Disk</source>
        <comment>of a server</comment>
        <translation>磁盘</translation>
    </message>
    <message>
        <source>Disk space</source>
        <translation>磁盘空间</translation>
    </message>
    <message>
        <source>Disk space · {server}</source>
        <translation>磁盘空间 · {server}</translation>
    </message>
    <message>
        <source>Disk space…</source>
        <translation>磁盘空间…</translation>
    </message>
    <message>
        <source>Doctor</source>
        <translation>诊断</translation>
    </message>
    <message>
        <source>Done</source>
        <translation>已完成</translation>
    </message>
    <message>
        <source>Don’t keep it</source>
        <translation>不保留</translation>
    </message>
    <message>
        <source>Don’t take it over: back to Ollama’s default</source>
        <translation>不沿用：恢复 Ollama 的默认值</translation>
    </message>
    <message>
        <source>Down</source>
        <translation>下移</translation>
    </message>
    <message>
        <source>Download failed</source>
        <translation>下载失败</translation>
    </message>
    <message>
        <source>Download failed on “{server}”</source>
        <translation>“{server}”上的下载失败</translation>
    </message>
    <message>
        <source>Download failed: {name}</source>
        <translation>下载失败：{name}</translation>
    </message>
    <message>
        <source>Download finished</source>
        <translation>下载完成</translation>
    </message>
    <message>
        <source>Download finished: {name}</source>
        <translation>下载完成：{name}</translation>
    </message>
    <message>
        <source>Download from</source>
        <translation>下载开始时间</translation>
    </message>
    <message>
        <source>Download history</source>
        <translation>下载历史</translation>
    </message>
    <message>
        <source>Download history…</source>
        <translation>下载历史…</translation>
    </message>
    <message>
        <source>Download queue</source>
        <translation>下载队列</translation>
    </message>
    <message>
        <source>Download until</source>
        <translation>下载结束时间</translation>
    </message>
    <message>
        <source>Downloads</source>
        <translation>下载</translation>
    </message>
    <message>
        <source>Downloads at the &amp;same time</source>
        <translation>同时下载数(&amp;S)</translation>
    </message>
    <message>
        <source>Downloads go on. Quit from the tray menu.</source>
        <translation>下载会继续。可从托盘菜单退出。</translation>
    </message>
    <message numerus="yes">
        <source>Drop to create %Ln models</source>
        <translation>
            <numerusform>松开即可创建 %Ln 个模型</numerusform>
        </translation>
    </message>
    <message>
        <source>Drop to create {name}</source>
        <translation>松开即可创建 {name}</translation>
    </message>
    <message numerus="yes">
        <source>Drop to import %Ln models</source>
        <translation>
            <numerusform>松开以导入 %Ln 个模型</numerusform>
        </translation>
    </message>
    <message>
        <source>Drop to import a model list</source>
        <translation>松开以导入模型列表</translation>
    </message>
    <message>
        <source>Drop to pull {name}</source>
        <translation>松开以拉取 {name}</translation>
    </message>
    <message>
        <source>Du&amp;plicate…</source>
        <translation>创建副本(&amp;P)…</translation>
    </message>
    <message>
        <source>Duplicate model</source>
        <translation>复制模型</translation>
    </message>
    <message>
        <source>Duplicate…</source>
        <translation>复制为…</translation>
    </message>
    <message>
        <source>EB</source>
        <translation>EB</translation>
    </message>
    <message>
        <source>Each begins with user: or assistant: on a line of its own.</source>
        <translation>每条单独成行，以 user: 或 assistant: 开头。</translation>
    </message>
    <message>
        <source>Each server pulls it itself from {registry}.</source>
        <translation>每台服务器都会自行从 {registry} 拉取。</translation>
    </message>
    <message>
        <source>Edit server</source>
        <translation>编辑服务器</translation>
    </message>
    <message>
        <source>Edit server…</source>
        <translation>编辑服务器…</translation>
    </message>
    <message>
        <source>Edit {name}</source>
        <translation>编辑 {name}</translation>
    </message>
    <message>
        <source>Edit {server}</source>
        <translation>编辑 {server}</translation>
    </message>
    <message>
        <source>Edit…</source>
        <translation>编辑…</translation>
    </message>
    <message>
        <source>EiB</source>
        <translation>EiB</translation>
    </message>
    <message>
        <source>Elsewhere: remove OLLAMA_NOPRUNE from the environment, and start Ollama again.</source>
        <translation>其他情况：从环境变量中移除 OLLAMA_NOPRUNE，然后重新启动 Ollama。</translation>
    </message>
    <message>
        <source>Embedding</source>
        <translation>嵌入</translation>
    </message>
    <message>
        <source>Embedding length</source>
        <translation>嵌入长度</translation>
    </message>
    <message>
        <source>Embedding model</source>
        <translation>嵌入模型</translation>
    </message>
    <message>
        <source>End the comparison</source>
        <translation>结束比较</translation>
    </message>
    <message>
        <source>Ended</source>
        <translation>结束时间</translation>
    </message>
    <message>
        <source>Enough: needs up to {size} for now</source>
        <translation>足够：过程中最多需要 {size}</translation>
    </message>
    <message>
        <source>Enough: needs {size} for now</source>
        <translation>足够：过程中需要 {size}</translation>
    </message>
    <message>
        <source>Enough: {size} free</source>
        <translation>足够：可用 {size}</translation>
    </message>
    <message>
        <source>Enter it</source>
        <translation>输入</translation>
    </message>
    <message>
        <source>Enter it first.</source>
        <translation>请先输入。</translation>
    </message>
    <message>
        <source>Enter the header’s name.</source>
        <translation>请输入标头名称。</translation>
    </message>
    <message>
        <source>Enter them</source>
        <translation>输入</translation>
    </message>
    <message>
        <source>Enter token</source>
        <translation>输入令牌</translation>
    </message>
    <message>
        <source>Entry {number}</source>
        <translation>第 {number} 条</translation>
    </message>
    <message>
        <source>Entry {number}: “{text}”</source>
        <translation>第 {number} 条：“{text}”</translation>
    </message>
    <message>
        <source>Entry {number}: “{text}” isn’t a name.</source>
        <translation>第 {number} 条：“{text}”不是名称。</translation>
    </message>
    <message>
        <source>Error</source>
        <translation>错误</translation>
    </message>
    <message>
        <source>Estimate for the default context of {count} tokens, with nothing else loaded. A longer context needs more.</source>
        <translation>按默认上下文 {count} token、没有加载其他模型估算。上下文越长，所需内存越多。</translation>
    </message>
    <message>
        <source>Even all offered models free only {size}.</source>
        <translation>即使删除列出的全部模型，也只能释放 {size}。</translation>
    </message>
    <message numerus="yes">
        <source>Every %Ln seconds</source>
        <translation>
            <numerusform>每 %Ln 秒</numerusform>
        </translation>
    </message>
    <message>
        <source>Every model is in the same version everywhere</source>
        <translation>所有模型在各处版本相同</translation>
    </message>
    <message>
        <source>Every second</source>
        <translation>每秒</translation>
    </message>
    <message>
        <source>Everyone on the way can read it. In your own network that may be fine; across the internet use https.</source>
        <translation>途中的任何人都能读取它。在您自己的网络中也许没问题；跨互联网请使用 https。</translation>
    </message>
    <message>
        <source>Everything is fine</source>
        <translation>一切正常</translation>
    </message>
    <message>
        <source>Everything is here</source>
        <translation>已全部具备</translation>
    </message>
    <message>
        <source>Examples: 192.168.1.20, nas.local:11434, https://ollama.example.com</source>
        <translation>例如：192.168.1.20、nas.local:11434、https://ollama.example.com</translation>
    </message>
    <message>
        <source>Export model list</source>
        <translation>导出模型列表</translation>
    </message>
    <message>
        <source>Export model list…</source>
        <translation>导出模型列表…</translation>
    </message>
    <message>
        <source>Failed</source>
        <translation>失败</translation>
    </message>
    <message>
        <source>Failed {moment}</source>
        <comment>today, 14:02</comment>
        <translation>{moment} 失败</translation>
    </message>
    <message>
        <source>Failed: {reason}</source>
        <translation>失败：{reason}</translation>
    </message>
    <message>
        <source>Family</source>
        <translation>系列</translation>
    </message>
    <message>
        <source>Fetched</source>
        <translation>已获取</translation>
    </message>
    <message>
        <source>File {name}</source>
        <comment>spoken</comment>
        <translation>文件 {name}</translation>
    </message>
    <message>
        <source>Filter</source>
        <translation>筛选</translation>
    </message>
    <message>
        <source>Find</source>
        <translation>查找</translation>
    </message>
    <message>
        <source>Find in this text</source>
        <translation>在文本中查找</translation>
    </message>
    <message>
        <source>Findings</source>
        <translation>检查结果</translation>
    </message>
    <message>
        <source>Fine</source>
        <translation>正常</translation>
    </message>
    <message>
        <source>Finish them first, or drop them: what was fetched stays on “{server}” until it cleans up.</source>
        <translation>请先完成它们，或放弃它们：已获取的内容会留在“{server}”上，直到它自行清理。</translation>
    </message>
    <message>
        <source>Finished and deleted</source>
        <translation>已完成并删除</translation>
    </message>
    <message>
        <source>Finished and deleted: {name}</source>
        <translation>已完成并删除：{name}</translation>
    </message>
    <message>
        <source>Finishing…</source>
        <translation>正在完成…</translation>
    </message>
    <message>
        <source>Fit columns to contents</source>
        <translation>按内容调整列宽</translation>
    </message>
    <message>
        <source>Fits in graphics memory</source>
        <translation>显存可容纳</translation>
    </message>
    <message>
        <source>Fits partly: about {percent} of it</source>
        <translation>部分可容纳：约 {percent}</translation>
    </message>
    <message>
        <source>Fits partly: about {percent} of it in graphics memory</source>
        <translation>部分可容纳：约 {percent} 在显存中</translation>
    </message>
    <message>
        <source>Fits: about {amount}</source>
        <translation>可容纳：约 {amount}</translation>
    </message>
    <message>
        <source>Fits: measured {amount}</source>
        <translation>可容纳：实测 {amount}</translation>
    </message>
    <message>
        <source>Folders</source>
        <translation>文件夹</translation>
    </message>
    <message>
        <source>Follow system</source>
        <translation>跟随系统</translation>
    </message>
    <message>
        <source>For 30 days</source>
        <translation>保留 30 天</translation>
    </message>
    <message>
        <source>For 7 days</source>
        <translation>保留 7 天</translation>
    </message>
    <message>
        <source>For a dark panel</source>
        <translation>适合深色面板</translation>
    </message>
    <message>
        <source>For a light panel</source>
        <translation>适合浅色面板</translation>
    </message>
    <message>
        <source>For this one download, --insecure does the same.</source>
        <translation>若只针对这一次下载，使用 --insecure 也有同样效果。</translation>
    </message>
    <message>
        <source>Format</source>
        <translation>格式</translation>
    </message>
    <message>
        <source>Four numbers, like 192.168.1.255.</source>
        <translation>四个数字，例如 192.168.1.255。</translation>
    </message>
    <message>
        <source>Free and open-source software.</source>
        <translation>自由开源软件。</translation>
    </message>
    <message>
        <source>Free on “{server}”.</source>
        <translation>在“{server}”上可用。</translation>
    </message>
    <message>
        <source>Free space and graphics memory aren’t known there</source>
        <translation>不清楚那里的可用空间和显存</translation>
    </message>
    <message>
        <source>Free space isn’t known there</source>
        <translation>不清楚那里的可用空间</translation>
    </message>
    <message>
        <source>Free space not known</source>
        <translation>可用空间未知</translation>
    </message>
    <message>
        <source>Free up space</source>
        <translation>释放空间</translation>
    </message>
    <message>
        <source>Free up space for {name}</source>
        <translation>为 {name} 释放空间</translation>
    </message>
    <message>
        <source>Free up space…</source>
        <translation>释放空间…</translation>
    </message>
    <message>
        <source>Free {size}</source>
        <translation>可用 {size}</translation>
    </message>
    <message>
        <source>Frees if deleted</source>
        <translation>删除可释放</translation>
    </message>
    <message>
        <source>From inside a {sandbox} it can’t be started. In a terminal: {command}</source>
        <translation>无法从 {sandbox} 内部启动它。请在终端中运行：{command}</translation>
    </message>
    <message>
        <source>From {name}, on {date}.</source>
        <translation>{date}由 {name} 制作。</translation>
    </message>
    <message>
        <source>From {name}.</source>
        <translation>由 {name} 制作。</translation>
    </message>
    <message>
        <source>GB</source>
        <translation>GB</translation>
    </message>
    <message>
        <source>GB (1,000 MB)</source>
        <translation>GB（1,000 MB）</translation>
    </message>
    <message>
        <source>GGUF files (*.gguf *.GGUF)</source>
        <translation>GGUF 文件 (*.gguf *.GGUF)</translation>
    </message>
    <message>
        <source>General</source>
        <translation>常规</translation>
    </message>
    <message>
        <source>Get Ollama</source>
        <translation>获取 Ollama</translation>
    </message>
    <message>
        <source>Getting the file list…</source>
        <translation>正在获取文件列表…</translation>
    </message>
    <message>
        <source>GiB</source>
        <translation>GiB</translation>
    </message>
    <message>
        <source>GiB (1,024 MiB)</source>
        <translation>GiB（1,024 MiB）</translation>
    </message>
    <message>
        <source>Give yourself permission to write there.</source>
        <translation>请为自己授予该位置的写入权限。</translation>
    </message>
    <message>
        <source>Go back</source>
        <translation>恢复</translation>
    </message>
    <message>
        <source>Go back to the version before {date}?</source>
        <translation>恢复到{date}之前的版本？</translation>
    </message>
    <message>
        <source>Go back to this version…</source>
        <translation>恢复到此版本…</translation>
    </message>
    <message>
        <source>Go template</source>
        <translation>Go 模板</translation>
    </message>
    <message>
        <source>Got it</source>
        <translation>知道了</translation>
    </message>
    <message>
        <source>Graphics memory</source>
        <translation>显存</translation>
    </message>
    <message>
        <source>HTTP status {status}</source>
        <translation>HTTP 状态码 {status}</translation>
    </message>
    <message>
        <source>HTTP_PROXY catches 127.0.0.1, too. Ollama Tray goes around it; other programs may not.</source>
        <translation>HTTP_PROXY 也对 127.0.0.1 生效。Ollama Tray 会绕过它，其他程序则不一定。</translation>
    </message>
    <message>
        <source>Has this version</source>
        <translation>已有此版本</translation>
    </message>
    <message>
        <source>Header</source>
        <translation>请求头</translation>
    </message>
    <message>
        <source>Header {number}, name</source>
        <translation>请求头 {number}，名称</translation>
    </message>
    <message>
        <source>Header {number}, secret</source>
        <translation>请求头 {number}，机密</translation>
    </message>
    <message>
        <source>Header {number}, value</source>
        <translation>请求头 {number}，值</translation>
    </message>
    <message>
        <source>Help</source>
        <translation>帮助</translation>
    </message>
    <message>
        <source>Help us help you</source>
        <translation>帮助我们解决问题</translation>
    </message>
    <message>
        <source>Here</source>
        <translation>本地</translation>
    </message>
    <message>
        <source>Here</source>
        <comment>a model is on this server</comment>
        <translation>已有</translation>
    </message>
    <message>
        <source>Here, another version</source>
        <translation>已有，但版本不同</translation>
    </message>
    <message>
        <source>Here: {digests}</source>
        <translation>本地：{digests}</translation>
    </message>
    <message>
        <source>Here: {digest}</source>
        <translation>此处：{digest}</translation>
    </message>
    <message>
        <source>Hide &amp;details</source>
        <translation>隐藏详细信息(&amp;D)</translation>
    </message>
    <message>
        <source>Hide details of {name}</source>
        <translation>隐藏 {name} 的详情</translation>
    </message>
    <message>
        <source>Hide downloads</source>
        <translation>隐藏下载</translation>
    </message>
    <message>
        <source>Hide layers of {name}</source>
        <translation>隐藏 {name} 的层</translation>
    </message>
    <message>
        <source>Hide the details</source>
        <translation>隐藏详细信息</translation>
    </message>
    <message>
        <source>Hide the technical details</source>
        <translation>隐藏技术详情</translation>
    </message>
    <message>
        <source>How</source>
        <translation>方式</translation>
    </message>
    <message>
        <source>How far it looks back for repeated words, in tokens.</source>
        <translation>检查重复词语时回看多少个词元。</translation>
    </message>
    <message>
        <source>How freely it chooses words: 0 is strict, higher is livelier.</source>
        <translation>用词的自由程度：0 最严谨，越高越活泼。</translation>
    </message>
    <message>
        <source>How many layers run on the graphics card; -1 lets Ollama decide.</source>
        <translation>在显卡上运行的层数；-1 由 Ollama 决定。</translation>
    </message>
    <message>
        <source>How many threads of the processor it uses; 0 lets Ollama decide.</source>
        <translation>使用的处理器线程数；0 由 Ollama 决定。</translation>
    </message>
    <message>
        <source>How many tokens of a question are worked on at once.</source>
        <translation>一次处理提问中的多少个词元。</translation>
    </message>
    <message>
        <source>How many tokens the model sees at once. More take more memory.</source>
        <translation>模型一次能看到多少个词元，越多越占内存。</translation>
    </message>
    <message>
        <source>How much is free on “{server}” isn’t known</source>
        <translation>不知道“{server}”上还有多少可用空间</translation>
    </message>
    <message>
        <source>How much it avoids words it has just used; 1 not at all.</source>
        <translation>避免重复刚用过的词语的程度；1 表示不避免。</translation>
    </message>
    <message>
        <source>How to change it…</source>
        <translation>如何更改…</translation>
    </message>
    <message>
        <source>How to limit it…</source>
        <translation>如何限制…</translation>
    </message>
    <message>
        <source>How…</source>
        <translation>如何更新…</translation>
    </message>
    <message>
        <source>Hugging Face</source>
        <translation>Hugging Face</translation>
    </message>
    <message>
        <source>ID</source>
        <translation>ID</translation>
    </message>
    <message>
        <source>If so, it refuses only after the upload, with “exit status 1”. No model of this kind is installed there.</source>
        <translation>如果不认识，它会在上传之后才以“exit status 1”拒绝。那里没有安装这类模型。</translation>
    </message>
    <message>
        <source>If you recognize that address, use it: {address}</source>
        <translation>如果您认识这个地址，请改用它：{address}</translation>
    </message>
    <message>
        <source>Image model</source>
        <translation>图像模型</translation>
    </message>
    <message>
        <source>Images</source>
        <translation>图像</translation>
    </message>
    <message numerus="yes">
        <source>Import %Ln models to “{server}”?</source>
        <translation>
            <numerusform>将 %Ln 个模型导入“{server}”？</numerusform>
        </translation>
    </message>
    <message>
        <source>Import model list</source>
        <translation>导入模型列表</translation>
    </message>
    <message>
        <source>Import model list…</source>
        <translation>导入模型列表…</translation>
    </message>
    <message>
        <source>Import the list again when they are here: the rest is made of them.</source>
        <translation>待其就绪后请再次导入该列表：其余模型由它们创建。</translation>
    </message>
    <message>
        <source>In a terminal, set OLLAMA_TRAY_TOKEN. If a password is enough, set OLLAMA_HOST={example} before you start Ollama Tray.</source>
        <translation>在终端中请设置 OLLAMA_TRAY_TOKEN。如果可以用密码，请在启动 Ollama Tray 前设置 OLLAMA_HOST={example}。</translation>
    </message>
    <message>
        <source>In its window, Ollama Tray asks before it replaces {names}.</source>
        <translation>替换 {names} 之前，Ollama Tray 会在窗口中询问。</translation>
    </message>
    <message>
        <source>In memory</source>
        <translation>内存</translation>
    </message>
    <message>
        <source>In memory for 30 minutes</source>
        <translation>在内存中保留 30 分钟</translation>
    </message>
    <message>
        <source>In memory for 4 hours</source>
        <translation>在内存中保留 4 小时</translation>
    </message>
    <message>
        <source>In memory now</source>
        <translation>当前在内存中</translation>
    </message>
    <message>
        <source>In the downloads</source>
        <translation>已在下载列表中</translation>
    </message>
    <message>
        <source>In the downloads, {percent}</source>
        <translation>已在下载列表中，{percent}</translation>
    </message>
    <message>
        <source>In the list of downloads</source>
        <translation>在下载列表中</translation>
    </message>
    <message>
        <source>In the list: {digest}</source>
        <translation>列表中：{digest}</translation>
    </message>
    <message>
        <source>In this order, one after another, from 10 s after Ollama is there.</source>
        <translation>Ollama 就绪 10 秒后，按此顺序逐个加载。</translation>
    </message>
    <message>
        <source>In use by a creation now.</source>
        <translation>正在被一个创建任务使用。</translation>
    </message>
    <message>
        <source>In use, or being unloaded</source>
        <translation>正在使用或正在卸载</translation>
    </message>
    <message>
        <source>In your downloads</source>
        <translation>在下载列表中</translation>
    </message>
    <message>
        <source>Insert</source>
        <translation>插入</translation>
    </message>
    <message>
        <source>Install a notification daemon, such as dunst.</source>
        <translation>请安装通知服务，例如 dunst。</translation>
    </message>
    <message>
        <source>Installed</source>
        <translation>已安装</translation>
    </message>
    <message>
        <source>Instead of the present one.</source>
        <translation>取代现有的。</translation>
    </message>
    <message>
        <source>Instead of {name}’s.</source>
        <translation>取代 {name} 的。</translation>
    </message>
    <message>
        <source>Is gone</source>
        <translation>已不存在</translation>
    </message>
    <message>
        <source>Issued by</source>
        <translation>颁发者</translation>
    </message>
    <message>
        <source>Issued to</source>
        <translation>颁发给</translation>
    </message>
    <message>
        <source>It answers at {address} without any sign-in. Fine at home, not in a public network.</source>
        <translation>它在 {address} 上无需登录即可响应。在家中没有问题，在公共网络中则不然。</translation>
    </message>
    <message>
        <source>It answers with {status}.</source>
        <translation>它返回 {status}。</translation>
    </message>
    <message>
        <source>It begins as a GGUF file and then makes no sense. Download it again.</source>
        <translation>文件开头是 GGUF，之后的内容无法解读。请重新下载。</translation>
    </message>
    <message>
        <source>It begins with “{text}”.</source>
        <translation>文件以“{text}”开头。</translation>
    </message>
    <message>
        <source>It begins with “{text}”: a pointer to a file that wasn’t downloaded.</source>
        <translation>文件以“{text}”开头：它指向一个未下载的文件。</translation>
    </message>
    <message>
        <source>It can also be pulled</source>
        <translation>也可以直接拉取</translation>
    </message>
    <message>
        <source>It continues when Ollama Tray starts again.</source>
        <translation>下次启动 Ollama Tray 时会继续。</translation>
    </message>
    <message>
        <source>It could not be loaded three times in an hour, last at {time}.</source>
        <translation>一小时内有三次无法加载，最近一次在 {time}。</translation>
    </message>
    <message>
        <source>It could not be loaded three times.</source>
        <translation>有三次无法加载。</translation>
    </message>
    <message>
        <source>It differs from {registry}. It may be older there, or was changed here.</source>
        <translation>它与 {registry} 不同。可能那边的较旧，或在此处被改动过。</translation>
    </message>
    <message>
        <source>It ends too early. Download it again.</source>
        <translation>文件提前结束。请重新下载。</translation>
    </message>
    <message>
        <source>It has changed meanwhile, so it was left alone.</source>
        <translation>它在此期间已改变，因此未作处理。</translation>
    </message>
    <message>
        <source>It has expired, on {date}.</source>
        <translation>它已于 {date} 过期。</translation>
    </message>
    <message>
        <source>It has expired.</source>
        <translation>证书已过期。</translation>
    </message>
    <message>
        <source>It holds {size}.</source>
        <translation>占用 {size}。</translation>
    </message>
    <message>
        <source>It is JSON of something else.</source>
        <translation>它是其他内容的 JSON。</translation>
    </message>
    <message>
        <source>It is empty.</source>
        <translation>文件是空的。</translation>
    </message>
    <message>
        <source>It is for another name.</source>
        <translation>证书属于其他名称。</translation>
    </message>
    <message>
        <source>It is for “{name}”.</source>
        <translation>它属于“{name}”。</translation>
    </message>
    <message>
        <source>It is gone.</source>
        <translation>它已不存在。</translation>
    </message>
    <message>
        <source>It is in memory now.</source>
        <translation>现在在内存中。</translation>
    </message>
    <message>
        <source>It is in the downloads already</source>
        <translation>已在下载列表中</translation>
    </message>
    <message>
        <source>It is kept until you quit.</source>
        <translation>它会保留到您退出为止。</translation>
    </message>
    <message>
        <source>It is pinned, so that it stays.</source>
        <translation>它将被固定，以保持不变。</translation>
    </message>
    <message>
        <source>It is self-signed. If it is yours, add it as its CA file.</source>
        <translation>证书是自签名的。如果它属于您，请将其添加为 CA 文件。</translation>
    </message>
    <message>
        <source>It is signed by somebody whom this computer doesn’t know. If that is you, add the CA file.</source>
        <translation>证书的签发者不为这台电脑所知。如果是您自己签发的，请添加 CA 文件。</translation>
    </message>
    <message>
        <source>It is signed by “{name}”, which this computer doesn’t know. If that is yours, add its CA file.</source>
        <translation>它由“{name}”签发，而此计算机不认识该签发者。如果它是您的，请添加其 CA 文件。</translation>
    </message>
    <message>
        <source>It is {address}, and SOCKS is not supported. Set an HTTP proxy in HTTPS_PROXY, to see sizes and updates.</source>
        <translation>代理为 {address}，而 SOCKS 不受支持。请在 HTTPS_PROXY 中设置 HTTP 代理，以查看大小和更新。</translation>
    </message>
    <message>
        <source>It isn’t JSON: {reason}</source>
        <translation>它不是 JSON：{reason}</translation>
    </message>
    <message>
        <source>It isn’t asked for again before {date}.</source>
        <translation>{date}之前不会再次询问。</translation>
    </message>
    <message>
        <source>It isn’t clear where the password ends. In names and passwords, write %2F for /, %3F for ? and %23 for #.</source>
        <translation>看不出密码到哪里结束。在用户名和密码中，请把 / 写成 %2F，把 ? 写成 %3F，把 # 写成 %23。</translation>
    </message>
    <message>
        <source>It isn’t in your system’s keyring. Enter it again.</source>
        <translation>它不在系统密钥环中。请重新输入。</translation>
    </message>
    <message>
        <source>It isn’t known how much this frees.</source>
        <translation>无法得知能释放多少空间。</translation>
    </message>
    <message>
        <source>It isn’t text. One name a line is expected.</source>
        <translation>它不是文本。每行应为一个名称。</translation>
    </message>
    <message>
        <source>It isn’t valid before {date}.</source>
        <translation>它在 {date} 之前无效。</translation>
    </message>
    <message>
        <source>It isn’t valid yet.</source>
        <translation>证书尚未生效。</translation>
    </message>
    <message>
        <source>It may be off or asleep, or a firewall may block it.</source>
        <translation>它可能已关机或休眠，也可能被防火墙阻止。</translation>
    </message>
    <message>
        <source>It may be older there, or was changed here.</source>
        <translation>那边的可能更旧，或者这里的被改过。</translation>
    </message>
    <message>
        <source>It may have been deleted or renamed.</source>
        <translation>它可能已被删除或重命名。</translation>
    </message>
    <message>
        <source>It may still appear in the list: nobody told how it ended.</source>
        <translation>它仍可能出现在列表中：没有收到最终结果。</translation>
    </message>
    <message>
        <source>It may want a sign-in in a browser, which works with service tokens only.</source>
        <translation>它可能要求在浏览器中登录，而这只能通过服务令牌实现。</translation>
    </message>
    <message>
        <source>It needs the model it was made for.</source>
        <translation>它需要与之对应的模型。</translation>
    </message>
    <message>
        <source>It needs up to {size} for now.</source>
        <translation>过程中最多需要 {size}。</translation>
    </message>
    <message>
        <source>It needs {size} for now.</source>
        <translation>过程中需要 {size}。</translation>
    </message>
    <message>
        <source>It refuses everyone who sends none.</source>
        <translation>它拒绝所有未发送令牌的请求。</translation>
    </message>
    <message>
        <source>It says that it is “{kind}”.</source>
        <translation>它自称是“{kind}”。</translation>
    </message>
    <message>
        <source>It says: {reason}. Run this in a terminal of your desktop session.</source>
        <translation>原因：{reason}。请在桌面会话的终端中运行。</translation>
    </message>
    <message>
        <source>It sends every request on to {address}.</source>
        <translation>它会将每个请求转到 {address}。</translation>
    </message>
    <message>
        <source>It should have {needed} and has {size}. Download it again.</source>
        <translation>应有 {needed}，实有 {size}。请重新下载。</translation>
    </message>
    <message>
        <source>It starts by itself when the server answers</source>
        <translation>服务器响应后会自动开始</translation>
    </message>
    <message>
        <source>It stays kept loaded, under the new name.</source>
        <translation>它会以新名称继续保持加载。</translation>
    </message>
    <message>
        <source>It took {time}.</source>
        <translation>用时 {time}。</translation>
    </message>
    <message>
        <source>It was deleted while it was loaded. It will unload by itself.</source>
        <translation>它在加载期间被删除，稍后会自行从内存中卸载。</translation>
    </message>
    <message>
        <source>It was kept until you quit. Enter it again.</source>
        <translation>它只保留到您退出时。请重新输入。</translation>
    </message>
    <message>
        <source>It was made on “{server}” and is kept nowhere else. Pulling this name from {registry} replaces it.</source>
        <translation>它是在“{server}”上创建的，没有保存在别处。从 {registry} 拉取此名称会替换它。</translation>
    </message>
    <message>
        <source>It was pushed out of memory three times in an hour, last at {time} by {name}.</source>
        <translation>一小时内三次被挤出内存，最近一次在 {time}，被 {name} 挤出。</translation>
    </message>
    <message>
        <source>It was pushed out of memory three times in an hour, last at {time}.</source>
        <translation>一小时内三次被挤出内存，最近一次在 {time}。</translation>
    </message>
    <message>
        <source>It was pushed out of memory three times, last by {name}.</source>
        <translation>三次被挤出内存，最近一次被 {name} 挤出。</translation>
    </message>
    <message>
        <source>It was pushed out of memory three times.</source>
        <translation>三次被挤出内存。</translation>
    </message>
    <message>
        <source>It was refused.</source>
        <translation>请求被拒绝。</translation>
    </message>
    <message>
        <source>It was started {time} ago and may still be looking for graphics cards.</source>
        <translation>它在 {time}前启动，可能还在查找显卡。</translation>
    </message>
    <message>
        <source>It was written to while the dialog was open.</source>
        <translation>对话框打开期间，文件被写入过。</translation>
    </message>
    <message numerus="yes">
        <source>It will be {nth} in line: %Ln downloads run at a time.</source>
        <comment>{n} is the bare number</comment>
        <translation>
            <numerusform>它将排在第 {n} 位：同时进行 %Ln 个下载。</numerusform>
        </translation>
    </message>
    <message>
        <source>It will wait for {size} more free disk space: you keep {kept} free.</source>
        <translation>它将等待磁盘再腾出 {size}：您设置了保留 {kept} 可用空间。</translation>
    </message>
    <message>
        <source>It will wait until the quiet hours end.</source>
        <translation>它将等到免打扰时段结束。</translation>
    </message>
    <message>
        <source>It will wait until {time}, when the quiet hours end.</source>
        <translation>它将等到 {time} 免打扰时段结束。</translation>
    </message>
    <message>
        <source>It will wait until “{server}” answers.</source>
        <translation>它将等到“{server}”有响应。</translation>
    </message>
    <message>
        <source>It will wait: its server is not set up any more.</source>
        <translation>它会等待：其服务器已不在设置中。</translation>
    </message>
    <message>
        <source>It will wait: this computer is running on battery power.</source>
        <translation>它将等待：此电脑正在使用电池供电。</translation>
    </message>
    <message>
        <source>It will wait: this connection is metered.</source>
        <translation>它将等待：当前连接按流量计费。</translation>
    </message>
    <message>
        <source>It will wait: “{server}” is switched off.</source>
        <translation>它会等待：“{server}”已关闭。</translation>
    </message>
    <message>
        <source>It woke up after {time}.</source>
        <translation>{time}后被唤醒。</translation>
    </message>
    <message numerus="yes">
        <source>Its %Ln models are shown as they were then.</source>
        <translation>
            <numerusform>其 %Ln 个模型按当时的状态显示。</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Its %Ln models are those of {time}.</source>
        <translation>
            <numerusform>其 %Ln 个模型取自{time} 的列表。</numerusform>
        </translation>
    </message>
    <message>
        <source>Its address begins with http. Everyone on the way can read it.</source>
        <translation>它的地址以 http 开头，传输途中的任何人都能读取。</translation>
    </message>
    <message>
        <source>Its headers are in the keyring: give --header-file</source>
        <translation>其请求头保存在密钥环中：请使用 --header-file</translation>
    </message>
    <message>
        <source>Its manifest can’t be read, so Ollama hides it and no longer cleans up. Pulling it again fixes that.</source>
        <translation>它的清单无法读取，因此 Ollama 将其隐藏并不再清理文件。重新拉取即可修复。</translation>
    </message>
    <message>
        <source>Its manifest is empty, so Ollama hides it and no longer cleans up. Pulling it again fixes that.</source>
        <translation>它的清单是空的，因此 Ollama 将其隐藏并不再清理文件。重新拉取即可修复。</translation>
    </message>
    <message>
        <source>Its models stay where they are. What was downloaded stays in the history.</source>
        <translation>它的模型保持不变。下载过的内容保留在历史记录中。</translation>
    </message>
    <message>
        <source>Its password is in the keyring: set OLLAMA_TRAY_TOKEN or --header-file</source>
        <translation>其密码保存在密钥环中：请设置 OLLAMA_TRAY_TOKEN 或使用 --header-file</translation>
    </message>
    <message>
        <source>Its password is missing in the keyring.</source>
        <translation>密钥环中缺少其密码。</translation>
    </message>
    <message>
        <source>Its password is removed from the keyring.</source>
        <translation>其密码会从密钥环中移除。</translation>
    </message>
    <message>
        <source>Its secret headers are removed from the keyring.</source>
        <translation>其机密请求头会从密钥环中移除。</translation>
    </message>
    <message>
        <source>Its server is not set up any more</source>
        <translation>其服务器已不再配置</translation>
    </message>
    <message>
        <source>Its token is in the keyring: set OLLAMA_TRAY_TOKEN or --header-file</source>
        <translation>其令牌保存在密钥环中：请设置 OLLAMA_TRAY_TOKEN 或使用 --header-file</translation>
    </message>
    <message>
        <source>Its token is missing in the keyring.</source>
        <translation>密钥环中缺少其令牌。</translation>
    </message>
    <message>
        <source>Its token is removed from the keyring.</source>
        <translation>其令牌会从密钥环中移除。</translation>
    </message>
    <message>
        <source>Its version is new enough</source>
        <translation>版本足够新</translation>
    </message>
    <message>
        <source>It’s loaded again when it fits and nobody else loaded a model for 5 minutes.</source>
        <translation>等到放得下、且 5 分钟内没有其他程序加载模型时，会重新加载。</translation>
    </message>
    <message>
        <source>It’s loaded now and will be unloaded first.</source>
        <translation>它现在已加载，会先被卸载。</translation>
    </message>
    <message>
        <source>It’s loaded now and will be unloaded first. Apps that are using it will stop getting answers.</source>
        <translation>该模型当前已加载，会先被卸载。正在使用它的应用将不再收到响应。</translation>
    </message>
    <message>
        <source>It’s loaded. Unload it first to change the context</source>
        <translation>它已加载。要更改上下文，请先卸载</translation>
    </message>
    <message>
        <source>KB</source>
        <translation>KB</translation>
    </message>
    <message>
        <source>Keep it</source>
        <translation>保留</translation>
    </message>
    <message>
        <source>Keep it</source>
        <comment>loaded</comment>
        <translation>保留</translation>
    </message>
    <message>
        <source>Keep it for good</source>
        <translation>永久保留</translation>
    </message>
    <message>
        <source>Keep it instead</source>
        <translation>改为保持它</translation>
    </message>
    <message>
        <source>Keep it no longer</source>
        <translation>不再保持</translation>
    </message>
    <message>
        <source>Keep loaded</source>
        <translation>保持加载</translation>
    </message>
    <message>
        <source>Keep them</source>
        <translation>继续保持</translation>
    </message>
    <message>
        <source>Keep this computer a&amp;wake while it downloads</source>
        <translation>下载期间让此电脑保持唤醒(&amp;W)</translation>
    </message>
    <message>
        <source>Keep {name}</source>
        <translation>保留 {name}</translation>
    </message>
    <message>
        <source>Keep {name} loaded</source>
        <translation>保持加载 {name}</translation>
    </message>
    <message>
        <source>Keep {name} loaded no longer</source>
        <translation>不再保持加载 {name}</translation>
    </message>
    <message>
        <source>Keep {name} on {server} loaded</source>
        <translation>保持加载 {server} 上的 {name}</translation>
    </message>
    <message>
        <source>Keep {type}</source>
        <comment>the type of a file&apos;s weights</comment>
        <translation>保持 {type}</translation>
    </message>
    <message>
        <source>Keeping the old version…</source>
        <translation>正在保留旧版本…</translation>
    </message>
    <message>
        <source>Kept</source>
        <comment>badge: it stays in memory</comment>
        <translation>已保持</translation>
    </message>
    <message>
        <source>Kept as {name}.</source>
        <translation>保留为 {name}。</translation>
    </message>
    <message>
        <source>Kept by Ollama Tray. Shown as the tooltip of the name.</source>
        <translation>由 Ollama Tray 保存，显示为名称的工具提示。</translation>
    </message>
    <message>
        <source>Kept in your system’s keyring</source>
        <translation>保存在系统密钥环中</translation>
    </message>
    <message>
        <source>Kept in your system’s keyring.</source>
        <translation>保存在系统密钥环中。</translation>
    </message>
    <message>
        <source>Kept loaded</source>
        <translation>保持加载中</translation>
    </message>
    <message>
        <source>Kept loaded with context {count}</source>
        <translation>保持加载，上下文 {count}</translation>
    </message>
    <message>
        <source>Kept loaded with the default context</source>
        <translation>保持加载，使用默认上下文</translation>
    </message>
    <message>
        <source>Kept until you unload it</source>
        <translation>保留到手动卸载为止</translation>
    </message>
    <message>
        <source>Kept until {date} as {name}.</source>
        <translation>以 {name} 保留至{date}。</translation>
    </message>
    <message>
        <source>Kept, but another program unloaded it at {time}</source>
        <translation>已保持，但另一个程序在 {time} 卸载了它</translation>
    </message>
    <message>
        <source>Kept, but left out: {size} don’t fit beside the others</source>
        <translation>已保持，但被略过：其余模型之外放不下 {size}</translation>
    </message>
    <message>
        <source>Kept, but not in memory</source>
        <translation>已保持，但不在内存中</translation>
    </message>
    <message>
        <source>Kept, but {name} took its place at {time}</source>
        <translation>已保持，但 {name} 在 {time} 占用了它的位置</translation>
    </message>
    <message>
        <source>Kept, not in memory yet</source>
        <translation>已保持，尚未在内存中</translation>
    </message>
    <message>
        <source>Kept, waits for Ollama</source>
        <translation>已保持，等待 Ollama</translation>
    </message>
    <message>
        <source>Key</source>
        <translation>键</translation>
    </message>
    <message>
        <source>Keyring</source>
        <translation>密钥环</translation>
    </message>
    <message>
        <source>Keyring locked</source>
        <translation>密钥环已锁定</translation>
    </message>
    <message>
        <source>Keys</source>
        <translation>快捷键</translation>
    </message>
    <message>
        <source>Keys, folders, and what leaves this computer</source>
        <translation>快捷键、文件夹，以及哪些内容会离开这台电脑</translation>
    </message>
    <message>
        <source>KiB</source>
        <translation>KiB</translation>
    </message>
    <message>
        <source>LAST USED</source>
        <translation>最近使用</translation>
    </message>
    <message>
        <source>Last check: {time}.</source>
        <translation>上次检查：{time}。</translation>
    </message>
    <message>
        <source>Last errors in the log</source>
        <translation>日志中最近的错误</translation>
    </message>
    <message>
        <source>Last reached {time}</source>
        <translation>上次连接 {time}</translation>
    </message>
    <message>
        <source>Last time it took {time}.</source>
        <translation>上次用了 {time}。</translation>
    </message>
    <message>
        <source>Last used</source>
        <translation>最近使用</translation>
    </message>
    <message numerus="yes">
        <source>Last used {ago}, on {used} of %Ln days Ollama Tray was running. Short uses can be missed.</source>
        <translation>
            <numerusform>{ago}用过，Ollama Tray 运行的 %Ln 天中有 {used} 天。短暂的使用可能看不到。</numerusform>
        </translation>
    </message>
    <message>
        <source>Last used {ago}, on {used} of {days} days.</source>
        <translation>{ago}用过，{days} 天中有 {used} 天。</translation>
    </message>
    <message>
        <source>Last used {ago}.</source>
        <translation>{ago}用过。</translation>
    </message>
    <message>
        <source>Last written {ago}.</source>
        <translation>{ago}最后写入。</translation>
    </message>
    <message>
        <source>Layer</source>
        <translation>层</translation>
    </message>
    <message>
        <source>Layers</source>
        <translation>层</translation>
    </message>
    <message>
        <source>Layers that several models share are counted once. Ollama takes {size} in all.</source>
        <translation>多个模型共用的层只计一次。Ollama 共占用 {size}。</translation>
    </message>
    <message>
        <source>Layers used by several models are stored once.</source>
        <translation>多个模型共用的层只存储一份。</translation>
    </message>
    <message>
        <source>Leave it</source>
        <translation>保持原样</translation>
    </message>
    <message>
        <source>Leave the password out: it would be written to the settings file.</source>
        <translation>请不要写密码：它会被写入设置文件。</translation>
    </message>
    <message>
        <source>Leave them</source>
        <translation>保持原样</translation>
    </message>
    <message>
        <source>Leaves out words far less likely than the likeliest one.</source>
        <translation>舍去可能性远低于最可能者的词语。</translation>
    </message>
    <message>
        <source>Left by a creation that was cut off. Ollama never removes it.</source>
        <translation>中断的创建留下的。Ollama 不会清除它。</translation>
    </message>
    <message>
        <source>Left out of “Update all”</source>
        <translation>不参与“全部更新”</translation>
    </message>
    <message>
        <source>Left out of “Update all”, and nothing is told of newer ones.</source>
        <translation>不参与“全部更新”，有新版本时也不提示。</translation>
    </message>
    <message>
        <source>Left out. Nothing is deleted later by itself.</source>
        <translation>已略过。之后不会自动删除。</translation>
    </message>
    <message>
        <source>Left out: {size} don’t fit beside</source>
        <translation>已略过：放不下 {size}</translation>
    </message>
    <message>
        <source>Left out: {size} don’t fit beside the others.</source>
        <translation>已略过：其余模型之外放不下 {size}。</translation>
    </message>
    <message>
        <source>Left over</source>
        <translation>残留文件</translation>
    </message>
    <message>
        <source>Left over {size}</source>
        <translation>残留文件 {size}</translation>
    </message>
    <message>
        <source>Less options</source>
        <translation>收起选项</translation>
    </message>
    <message>
        <source>License</source>
        <translation>许可证</translation>
    </message>
    <message>
        <source>License of {name}</source>
        <translation>{name} 的许可证</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>浅色</translation>
    </message>
    <message>
        <source>Line {number}</source>
        <translation>第 {number} 行</translation>
    </message>
    <message>
        <source>Line {number}: “{text}”</source>
        <translation>第 {number} 行：“{text}”</translation>
    </message>
    <message>
        <source>Line {number}: “{text}” isn’t a name.</source>
        <translation>第 {number} 行：“{text}”不是名称。</translation>
    </message>
    <message>
        <source>Lines of the list</source>
        <translation>列表的各行</translation>
    </message>
    <message>
        <source>Links</source>
        <translation>链接</translation>
    </message>
    <message>
        <source>Links look like ollama-tray://pull/NAME.</source>
        <translation>链接的格式是 ollama-tray://pull/NAME。</translation>
    </message>
    <message>
        <source>Linux, where Ollama is a service:</source>
        <translation>Linux（Ollama 作为服务运行）：</translation>
    </message>
    <message>
        <source>Lists of names are small. Choose another file.</source>
        <translation>名称列表都很小。请选择其他文件。</translation>
    </message>
    <message>
        <source>Lists, downloads, stars and notes</source>
        <translation>列表、下载、星标和备注</translation>
    </message>
    <message>
        <source>Load</source>
        <translation>加载</translation>
    </message>
    <message>
        <source>Load a model</source>
        <translation>加载模型</translation>
    </message>
    <message>
        <source>Load it again by hand.</source>
        <translation>请手动重新加载。</translation>
    </message>
    <message>
        <source>Load no&amp;w</source>
        <translation>立即加载(&amp;W)</translation>
    </message>
    <message>
        <source>Load or unload</source>
        <translation>加载或卸载</translation>
    </message>
    <message>
        <source>Load them &amp;again when something pushed them out</source>
        <translation>被挤出后重新加载(&amp;A)</translation>
    </message>
    <message>
        <source>Load them when Ollama &amp;starts</source>
        <translation>Ollama 启动时加载(&amp;S)</translation>
    </message>
    <message>
        <source>Load with</source>
        <translation>加载方式</translation>
    </message>
    <message>
        <source>Load {name} again (kept)</source>
        <translation>重新加载 {name}（已保持）</translation>
    </message>
    <message>
        <source>Loaded</source>
        <translation>已加载</translation>
    </message>
    <message>
        <source>Loaded again if something pushes it out.</source>
        <translation>如果被挤出，会重新加载。</translation>
    </message>
    <message>
        <source>Loaded models</source>
        <translation>已加载的模型</translation>
    </message>
    <message>
        <source>Loaded models will be unloaded first. Apps that are using them will stop getting answers.</source>
        <translation>已加载的模型会先被卸载。正在使用它们的应用将不再收到响应。</translation>
    </message>
    <message>
        <source>Loaded now</source>
        <translation>当前已加载</translation>
    </message>
    <message>
        <source>Loaded now: unloaded first</source>
        <translation>已加载：会先卸载</translation>
    </message>
    <message>
        <source>Loaded {name}.</source>
        <translation>已加载 {name}。</translation>
    </message>
    <message>
        <source>Loaded {name}: {size}, {processor}, context {context}.</source>
        <translation>已加载 {name}：{size}，{processor}，上下文 {context}。</translation>
    </message>
    <message>
        <source>Loading with context {count}, {time}.</source>
        <translation>正在以上下文 {count} 加载，已用 {time}。</translation>
    </message>
    <message>
        <source>Loading {name}, {time}</source>
        <translation>正在加载 {name}，{time}</translation>
    </message>
    <message>
        <source>Loading {name}…</source>
        <translation>正在加载 {name}…</translation>
    </message>
    <message>
        <source>Loading, {time}</source>
        <translation>正在加载，{time}</translation>
    </message>
    <message>
        <source>Loading, {time}.</source>
        <translation>正在加载，已用 {time}。</translation>
    </message>
    <message>
        <source>Loading…</source>
        <translation>正在加载…</translation>
    </message>
    <message>
        <source>Log</source>
        <translation>日志</translation>
    </message>
    <message>
        <source>Log folder</source>
        <translation>日志文件夹</translation>
    </message>
    <message>
        <source>Look</source>
        <translation>外观</translation>
    </message>
    <message>
        <source>Look &amp;again</source>
        <translation>再看一次(&amp;A)</translation>
    </message>
    <message>
        <source>Look at it again, then decide.</source>
        <translation>请重新查看后再决定。</translation>
    </message>
    <message>
        <source>Look for a newer O&amp;llama</source>
        <translation>查找新版 Ollama(&amp;L)</translation>
    </message>
    <message>
        <source>Look for a newer Ollama &amp;Tray</source>
        <translation>查找新版 Ollama Tray(&amp;T)</translation>
    </message>
    <message>
        <source>Look what has changed of {name}</source>
        <translation>查看 {name} 的改动</translation>
    </message>
    <message>
        <source>Look {name} up again</source>
        <translation>重新查询 {name}</translation>
    </message>
    <message>
        <source>Looking for graphics cards can take up to a minute.</source>
        <translation>查找显卡最多可能需要一分钟。</translation>
    </message>
    <message>
        <source>Looking for newer versions…</source>
        <translation>正在查找新版本…</translation>
    </message>
    <message>
        <source>Looking for newer versions… {done} of {total}</source>
        <translation>正在查找新版本… {done}/{total}</translation>
    </message>
    <message numerus="yes">
        <source>Looking up %Ln models…</source>
        <translation>
            <numerusform>正在查询 %Ln 个模型…</numerusform>
        </translation>
    </message>
    <message>
        <source>Looking up models… {done} of {total}</source>
        <translation>正在查询模型… {done}/{total}</translation>
    </message>
    <message>
        <source>Looking up what is there…</source>
        <translation>正在查询那里已有的内容…</translation>
    </message>
    <message>
        <source>Looking up {name} on {registry}…</source>
        <translation>正在 {registry} 上查询 {name}…</translation>
    </message>
    <message>
        <source>Looking whether the server has it…</source>
        <translation>正在查看服务器上是否已有…</translation>
    </message>
    <message>
        <source>Look…</source>
        <translation>查看…</translation>
    </message>
    <message>
        <source>MAC address</source>
        <translation>MAC 地址</translation>
    </message>
    <message>
        <source>MB</source>
        <translation>MB</translation>
    </message>
    <message>
        <source>MODIFIED</source>
        <translation>修改时间</translation>
    </message>
    <message>
        <source>Made from</source>
        <translation>基于</translation>
    </message>
    <message>
        <source>Made from the file’s name.</source>
        <translation>取自文件名。</translation>
    </message>
    <message>
        <source>Made here from {name}.</source>
        <translation>在此由 {name} 创建。</translation>
    </message>
    <message>
        <source>Made here.</source>
        <translation>在此创建。</translation>
    </message>
    <message>
        <source>Made here. It can’t be pulled again.</source>
        <translation>在本机创建，无法重新拉取。</translation>
    </message>
    <message>
        <source>Made on this server</source>
        <translation>在此服务器上制作</translation>
    </message>
    <message>
        <source>Made on this server. It can’t be pulled again.</source>
        <translation>此模型在这台服务器上创建，无法重新拉取。</translation>
    </message>
    <message>
        <source>Made {name} from {base}.</source>
        <translation>已由 {base} 创建 {name}。</translation>
    </message>
    <message>
        <source>Make &amp;default</source>
        <translation>设为默认(&amp;D)</translation>
    </message>
    <message>
        <source>Make it writable.</source>
        <translation>请将其设为可写。</translation>
    </message>
    <message>
        <source>Make room on that disk.</source>
        <translation>请清理该磁盘的空间。</translation>
    </message>
    <message>
        <source>Make the folder writable, or choose one with --data-dir.</source>
        <translation>请将文件夹设为可写，或用 --data-dir 另选一个。</translation>
    </message>
    <message>
        <source>Making {type}</source>
        <comment>Q4_K_M</comment>
        <translation>正在生成 {type}</translation>
    </message>
    <message>
        <source>Manage servers…</source>
        <translation>管理服务器…</translation>
    </message>
    <message>
        <source>Mean speed</source>
        <translation>平均速度</translation>
    </message>
    <message>
        <source>Measured here</source>
        <translation>本机实测</translation>
    </message>
    <message>
        <source>Measured here with context {count}, {ago}.</source>
        <translation>本机实测，上下文 {count}，{ago}。</translation>
    </message>
    <message>
        <source>Memory</source>
        <translation>内存</translation>
    </message>
    <message>
        <source>Menu of the selected models</source>
        <translation>所选模型的菜单</translation>
    </message>
    <message>
        <source>Messages</source>
        <translation>消息</translation>
    </message>
    <message>
        <source>MiB</source>
        <translation>MiB</translation>
    </message>
    <message>
        <source>Missing on “{server}”</source>
        <translation>“{server}”上缺少</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>Model changed</source>
        <translation>模型已变化</translation>
    </message>
    <message>
        <source>Model created</source>
        <translation>模型已创建</translation>
    </message>
    <message>
        <source>Model created: {name}</source>
        <translation>模型已创建：{name}</translation>
    </message>
    <message>
        <source>Model folder</source>
        <translation>模型文件夹</translation>
    </message>
    <message>
        <source>Model info</source>
        <translation>模型信息</translation>
    </message>
    <message>
        <source>Model list</source>
        <translation>模型列表</translation>
    </message>
    <message>
        <source>Model list (*.txt)</source>
        <translation>模型列表 (*.txt)</translation>
    </message>
    <message>
        <source>Model list with recipes (*.json)</source>
        <translation>含配方的模型列表 (*.json)</translation>
    </message>
    <message>
        <source>Model lists (*.txt *.json)</source>
        <translation>模型列表 (*.txt *.json)</translation>
    </message>
    <message>
        <source>Model not found</source>
        <translation>找不到模型</translation>
    </message>
    <message>
        <source>Modelfile</source>
        <translation>Modelfile</translation>
    </message>
    <message>
        <source>Models</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>Models are being downloaded</source>
        <translation>正在下载模型</translation>
    </message>
    <message>
        <source>Models from these hosts are fetched over plain HTTP. Anyone on the way can read and change them. Add only registries in your own network.</source>
        <translation>来自这些主机的模型通过未加密的 HTTP 获取。传输途中的任何人都能读取和篡改。请只添加自己网络中的仓库。</translation>
    </message>
    <message>
        <source>Models have &amp;newer versions</source>
        <translation>模型有新版本(&amp;N)</translation>
    </message>
    <message>
        <source>Models here have used more than that before. A long context needs more.</source>
        <translation>这里的模型曾占用过更多内存。上下文越长，所需内存越多。</translation>
    </message>
    <message>
        <source>Models to keep loaded</source>
        <translation>保持加载的模型</translation>
    </message>
    <message>
        <source>Models {size}</source>
        <translation>模型 {size}</translation>
    </message>
    <message>
        <source>Models, by what deleting them frees</source>
        <translation>模型，按删除后释放的空间排列</translation>
    </message>
    <message>
        <source>Modified</source>
        <translation>修改时间</translation>
    </message>
    <message>
        <source>Modified {when}</source>
        <comment>when is like 5 days ago</comment>
        <translation>{when}修改</translation>
    </message>
    <message>
        <source>More</source>
        <translation>更多</translation>
    </message>
    <message>
        <source>More about downloads</source>
        <translation>更多下载操作</translation>
    </message>
    <message>
        <source>More for {server}</source>
        <translation>{server} 的更多操作</translation>
    </message>
    <message>
        <source>More menu</source>
        <translation>更多菜单</translation>
    </message>
    <message>
        <source>More options</source>
        <translation>更多选项</translation>
    </message>
    <message>
        <source>Move &amp;up</source>
        <translation>上移(&amp;U)</translation>
    </message>
    <message>
        <source>Move d&amp;own</source>
        <translation>下移(&amp;O)</translation>
    </message>
    <message>
        <source>Move in the queue</source>
        <translation>调整顺序</translation>
    </message>
    <message>
        <source>Move it out of the way.</source>
        <translation>请将其移走。</translation>
    </message>
    <message>
        <source>Move it too</source>
        <translation>一并移动</translation>
    </message>
    <message>
        <source>Move to &amp;top</source>
        <translation>移到最前(&amp;T)</translation>
    </message>
    <message>
        <source>Move {name} down</source>
        <translation>下移 {name}</translation>
    </message>
    <message>
        <source>Move {name} up</source>
        <translation>上移 {name}</translation>
    </message>
    <message>
        <source>Moved {name}.</source>
        <translation>已移动 {name}。</translation>
    </message>
    <message>
        <source>NAME</source>
        <translation>名称</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>名称</translation>
    </message>
    <message>
        <source>Name</source>
        <comment>of a header</comment>
        <translation>名称</translation>
    </message>
    <message>
        <source>Name of the parameter</source>
        <translation>参数名称</translation>
    </message>
    <message>
        <source>Name that model with --base.</source>
        <translation>请用 --base 指定该模型。</translation>
    </message>
    <message>
        <source>Names that you have excluded.</source>
        <translation>您已排除的名称。</translation>
    </message>
    <message>
        <source>Needs</source>
        <translation>需要</translation>
    </message>
    <message>
        <source>Needs Ollama</source>
        <translation>需要 Ollama</translation>
    </message>
    <message>
        <source>Needs Ollama {needs} or newer. “{server}” runs {version}.</source>
        <translation>需要 Ollama {needs} 或更新版本。“{server}”运行的是 {version}。</translation>
    </message>
    <message>
        <source>Needs Ollama {version}</source>
        <translation>需要 Ollama {version}</translation>
    </message>
    <message>
        <source>Needs a newer Ollama</source>
        <translation>需要更新的 Ollama</translation>
    </message>
    <message>
        <source>Needs about {amount} memory.</source>
        <translation>需要内存约 {amount}。</translation>
    </message>
    <message>
        <source>Needs about {size}</source>
        <translation>需要约 {size}</translation>
    </message>
    <message>
        <source>Needs {size} for now; about {freed} of it come back on {date}.</source>
        <translation>暂时需要 {size}；其中约 {freed} 将于{date}释放。</translation>
    </message>
    <message>
        <source>Needs {size} for now; about {freed} of it come back when the old versions go.</source>
        <translation>暂时需要 {size}；旧版本移除后约可收回 {freed}。</translation>
    </message>
    <message>
        <source>Needs {size}.</source>
        <translation>需要 {size}。</translation>
    </message>
    <message>
        <source>Needs {version}</source>
        <translation>需要 {version}</translation>
    </message>
    <message>
        <source>Network error</source>
        <translation>网络错误</translation>
    </message>
    <message>
        <source>Never</source>
        <translation>从不</translation>
    </message>
    <message>
        <source>Never looked up</source>
        <translation>从不查询</translation>
    </message>
    <message>
        <source>New from this model…</source>
        <translation>基于此模型新建…</translation>
    </message>
    <message>
        <source>New from {name}</source>
        <translation>基于 {name} 新建</translation>
    </message>
    <message>
        <source>Newer version: nothing to download</source>
        <translation>新版本：无需下载任何内容</translation>
    </message>
    <message>
        <source>Newer version: {size} of {whole} to download</source>
        <translation>有新版本：需要下载 {size}（共 {whole}）</translation>
    </message>
    <message>
        <source>Newer version: {size} to download</source>
        <translation>有新版本：需要下载 {size}</translation>
    </message>
    <message>
        <source>Next match</source>
        <translation>下一个匹配</translation>
    </message>
    <message>
        <source>Next pane</source>
        <translation>下一个窗格</translation>
    </message>
    <message>
        <source>Next time: {time}.</source>
        <translation>下次：{time}。</translation>
    </message>
    <message>
        <source>No</source>
        <translation>否</translation>
    </message>
    <message>
        <source>No answer in three minutes.</source>
        <translation>三分钟内没有响应。</translation>
    </message>
    <message>
        <source>No cloud models</source>
        <translation>没有云端模型</translation>
    </message>
    <message>
        <source>No data arrived for too long.</source>
        <translation>太久没有收到数据。</translation>
    </message>
    <message>
        <source>No data for {time}</source>
        <translation>{time}没有收到数据</translation>
    </message>
    <message>
        <source>No data for {time}. Restarting in {left}</source>
        <translation>{time}没有收到数据。{left}后重新开始</translation>
    </message>
    <message>
        <source>No data for {time}. Restarting…</source>
        <translation>{time}没有收到数据。正在重新开始…</translation>
    </message>
    <message>
        <source>No downloads</source>
        <translation>没有下载</translation>
    </message>
    <message>
        <source>No graphics card found</source>
        <translation>没有找到显卡</translation>
    </message>
    <message>
        <source>No longer keeping {name}</source>
        <translation>不再保持 {name}</translation>
    </message>
    <message>
        <source>No longer keeping {name} on {server}</source>
        <translation>不再保持 {server} 上的 {name}</translation>
    </message>
    <message>
        <source>No longer kept</source>
        <translation>不再保持</translation>
    </message>
    <message>
        <source>No model comes from an unusual place</source>
        <translation>没有来源不寻常的模型</translation>
    </message>
    <message>
        <source>No model could be compared with a registry.</source>
        <translation>没有可与仓库比较的模型。</translation>
    </message>
    <message>
        <source>No model is kept loaded. Ollama unloads each 5 minutes after its last use.</source>
        <translation>没有保持加载的模型。Ollama 会在最后一次使用 5 分钟后卸载模型。</translation>
    </message>
    <message>
        <source>No model is loaded</source>
        <translation>没有已加载的模型</translation>
    </message>
    <message>
        <source>No model is loaded.</source>
        <translation>没有已加载的模型。</translation>
    </message>
    <message>
        <source>No model is only on one server</source>
        <translation>没有仅在一台服务器上的模型</translation>
    </message>
    <message>
        <source>No model is starred</source>
        <translation>没有已加星标的模型</translation>
    </message>
    <message>
        <source>No model matches “{text}”</source>
        <translation>没有与“{text}”匹配的模型</translation>
    </message>
    <message>
        <source>No models</source>
        <translation>没有模型</translation>
    </message>
    <message>
        <source>No models are installed.</source>
        <translation>没有安装任何模型。</translation>
    </message>
    <message>
        <source>No models yet</source>
        <translation>还没有模型</translation>
    </message>
    <message>
        <source>No model’s name starts with “{prefix}”.</source>
        <translation>没有名称以“{prefix}”开头的模型。</translation>
    </message>
    <message>
        <source>No more models can be kept loaded.</source>
        <translation>无法再保持加载更多模型。</translation>
    </message>
    <message>
        <source>No newer Ollama is out</source>
        <translation>没有更新的 Ollama</translation>
    </message>
    <message>
        <source>No other model</source>
        <translation>没有其他模型</translation>
    </message>
    <message>
        <source>No other model is there</source>
        <translation>没有其他模型</translation>
    </message>
    <message>
        <source>No proxy</source>
        <translation>不使用代理</translation>
    </message>
    <message>
        <source>No proxy stands between you and this computer</source>
        <translation>您与这台电脑之间没有代理</translation>
    </message>
    <message>
        <source>No registry is asked about it, whatever is checked.</source>
        <translation>无论检查什么，都不会向仓库询问它。</translation>
    </message>
    <message>
        <source>No secure connection can be made.</source>
        <translation>无法建立安全连接。</translation>
    </message>
    <message>
        <source>No secure connection to “{server}” could be made.</source>
        <translation>无法与“{server}”建立安全连接。</translation>
    </message>
    <message>
        <source>No updates available</source>
        <translation>没有可用更新</translation>
    </message>
    <message>
        <source>No window can be shown here. Qt says: {reason}</source>
        <translation>此处无法显示窗口。Qt 的说明：{reason}</translation>
    </message>
    <message>
        <source>No window can be shown in the way that QT_QPA_PLATFORM asks for: “{name}”. Leave that variable out, and start again.</source>
        <translation>无法按 QT_QPA_PLATFORM 要求的“{name}”方式显示窗口。请去掉该变量后重新启动。</translation>
    </message>
    <message>
        <source>None of your servers answers</source>
        <translation>所有服务器均无响应</translation>
    </message>
    <message>
        <source>None stated</source>
        <translation>未注明</translation>
    </message>
    <message>
        <source>Not Ollama</source>
        <translation>不是 Ollama</translation>
    </message>
    <message>
        <source>Not a model name</source>
        <translation>不是模型名称</translation>
    </message>
    <message>
        <source>Not a name</source>
        <translation>不是名称</translation>
    </message>
    <message>
        <source>Not a name: {reason}</source>
        <translation>不是名称：{reason}</translation>
    </message>
    <message>
        <source>Not a server address</source>
        <translation>不是服务器地址</translation>
    </message>
    <message>
        <source>Not a usable recipe: {reason}</source>
        <translation>配方不可用：{reason}</translation>
    </message>
    <message>
        <source>Not affiliated with Ollama. Ollama is a trademark of its owner.</source>
        <translation>与 Ollama 没有关联。Ollama 是其所有者的商标。</translation>
    </message>
    <message>
        <source>Not an address</source>
        <translation>不是有效地址</translation>
    </message>
    <message>
        <source>Not asked, unless you allow it for each.</source>
        <translation>除非您逐个允许，否则不会查询。</translation>
    </message>
    <message>
        <source>Not at {registry} under this name</source>
        <translation>{registry} 上没有此名称</translation>
    </message>
    <message>
        <source>Not available here</source>
        <translation>此处不可用</translation>
    </message>
    <message>
        <source>Not below 20% on battery. The screen may still turn off.</source>
        <translation>使用电池且电量低于 20% 时除外。屏幕仍可能关闭。</translation>
    </message>
    <message>
        <source>Not checked yet</source>
        <translation>尚未检查</translation>
    </message>
    <message>
        <source>Not checked yet.</source>
        <translation>尚未检查。</translation>
    </message>
    <message>
        <source>Not enough disk space</source>
        <translation>磁盘空间不足</translation>
    </message>
    <message>
        <source>Not enough disk space for the copy. What it left was cleaned up.</source>
        <translation>磁盘空间不足，无法复制。残留内容已清理。</translation>
    </message>
    <message>
        <source>Not enough disk space for the copy: it left the damaged name {copy}.</source>
        <translation>磁盘空间不足，无法复制：留下了损坏的名称 {copy}。</translation>
    </message>
    <message>
        <source>Not enough disk space on “{server}”.</source>
        <translation>“{server}”的磁盘空间不足。</translation>
    </message>
    <message>
        <source>Not enough disk space on “{server}”: needs up to {needed}, and {free} are free.</source>
        <translation>“{server}”上的磁盘空间不足：最多需要 {needed}，可用 {free}。</translation>
    </message>
    <message>
        <source>Not enough disk space on “{server}”: needs up to {needed}.</source>
        <translation>“{server}”上的磁盘空间不足：最多需要 {needed}。</translation>
    </message>
    <message>
        <source>Not enough disk space: needs {needed}, and {free} are free.</source>
        <translation>磁盘空间不足：需要 {needed}，可用 {free}。</translation>
    </message>
    <message>
        <source>Not enough disk space: needs {needed}.</source>
        <translation>磁盘空间不足：需要 {needed}。</translation>
    </message>
    <message>
        <source>Not enough: needs up to {size} for now</source>
        <translation>不足：过程中最多需要 {size}</translation>
    </message>
    <message>
        <source>Not enough: needs {size} for now</source>
        <translation>不足：过程中需要 {size}</translation>
    </message>
    <message>
        <source>Not enough: {size} free</source>
        <translation>不足：可用 {size}</translation>
    </message>
    <message>
        <source>Not everything was deleted</source>
        <translation>没有全部删除</translation>
    </message>
    <message>
        <source>Not found</source>
        <translation>未找到</translation>
    </message>
    <message>
        <source>Not found at {registry}</source>
        <translation>在 {registry} 上未找到</translation>
    </message>
    <message>
        <source>Not in the downloads. {percent} is here; last written {ago}.</source>
        <translation>不在下载列表中。已有 {percent}；{ago}最后写入。</translation>
    </message>
    <message>
        <source>Not installed on “{server}” now</source>
        <translation>目前未安装在“{server}”上</translation>
    </message>
    <message>
        <source>Not known</source>
        <translation>未知</translation>
    </message>
    <message>
        <source>Not known for a remote server</source>
        <translation>远程服务器的情况未知</translation>
    </message>
    <message>
        <source>Not known for another computer</source>
        <translation>其他电脑的情况未知</translation>
    </message>
    <message>
        <source>Not known for this server</source>
        <translation>此服务器未知</translation>
    </message>
    <message>
        <source>Not looked up</source>
        <translation>未查询</translation>
    </message>
    <message>
        <source>Not looked up anywhere.</source>
        <translation>不会在任何地方查询。</translation>
    </message>
    <message>
        <source>Not looked up: {reason}</source>
        <translation>未能查询：{reason}</translation>
    </message>
    <message>
        <source>Not measured yet</source>
        <translation>尚未测量</translation>
    </message>
    <message numerus="yes">
        <source>Not seen in memory on any of the %Ln days Ollama Tray was running, since {date}.</source>
        <translation>
            <numerusform>自{date}起，Ollama Tray 运行的 %Ln 天里从未见它在内存中。</numerusform>
        </translation>
    </message>
    <message>
        <source>Not seen since {date}.</source>
        <translation>自{date}起未见。</translation>
    </message>
    <message>
        <source>Not yet</source>
        <comment>used</comment>
        <translation>尚未使用</translation>
    </message>
    <message>
        <source>Note</source>
        <translation>备注</translation>
    </message>
    <message>
        <source>Nothing</source>
        <translation>无</translation>
    </message>
    <message>
        <source>Nothing answers at {address}. Ollama doesn’t seem to be installed.</source>
        <translation>{address} 没有响应。Ollama 似乎没有安装。</translation>
    </message>
    <message>
        <source>Nothing answers at {address}. Ollama is installed but isn’t running.</source>
        <translation>{address} 没有响应。Ollama 已安装，但没有运行。</translation>
    </message>
    <message>
        <source>Nothing answers at {address}. Ollama may not be running.</source>
        <translation>{address} 没有响应。Ollama 可能没有运行。</translation>
    </message>
    <message>
        <source>Nothing came within 10 s. It may be off or asleep, or a firewall may block it.</source>
        <translation>10 秒内没有任何应答。它可能已关机或休眠，或被防火墙阻挡。</translation>
    </message>
    <message>
        <source>Nothing else lies there.</source>
        <translation>没有其他文件。</translation>
    </message>
    <message>
        <source>Nothing has changed</source>
        <translation>没有任何变化</translation>
    </message>
    <message>
        <source>Nothing has to be done.</source>
        <translation>无需任何操作。</translation>
    </message>
    <message>
        <source>Nothing is changed yet</source>
        <translation>尚无改动</translation>
    </message>
    <message>
        <source>Nothing is chosen</source>
        <translation>未选择任何项</translation>
    </message>
    <message>
        <source>Nothing is copied between your computers.</source>
        <translation>您的计算机之间不会复制任何内容。</translation>
    </message>
    <message>
        <source>Nothing is in the downloads.</source>
        <translation>下载列表是空的。</translation>
    </message>
    <message>
        <source>Nothing is missing on “{server}”</source>
        <translation>“{server}”上什么都不缺</translation>
    </message>
    <message>
        <source>Nothing is stored here, so there is nothing to update.</source>
        <translation>这里没有存储任何内容，因此无需更新。</translation>
    </message>
    <message>
        <source>Nothing of it can be imported</source>
        <translation>其中没有可导入的内容</translation>
    </message>
    <message>
        <source>Nothing on this desktop shows notifications</source>
        <translation>此桌面没有可显示通知的程序</translation>
    </message>
    <message>
        <source>Nothing selected</source>
        <translation>未选择</translation>
    </message>
    <message>
        <source>Nothing stops Ollama from cleaning up</source>
        <translation>没有什么妨碍 Ollama 清理文件</translation>
    </message>
    <message>
        <source>Nothing there answers to https on port {port}.</source>
        <translation>端口 {port} 上没有 https 响应。</translation>
    </message>
    <message numerus="yes">
        <source>Nothing to fix, %Ln things to know</source>
        <translation>
            <numerusform>没有需要解决的问题，%Ln 件事值得了解</numerusform>
        </translation>
    </message>
    <message>
        <source>Nothing to import.</source>
        <translation>没有需要导入的内容。</translation>
    </message>
    <message>
        <source>Nothing to update.</source>
        <translation>没有可更新的内容。</translation>
    </message>
    <message>
        <source>Nothing was canceled.</source>
        <translation>没有取消任何下载。</translation>
    </message>
    <message>
        <source>Nothing was changed.</source>
        <translation>没有更改任何内容。</translation>
    </message>
    <message>
        <source>Nothing was created.</source>
        <translation>未创建任何模型。</translation>
    </message>
    <message>
        <source>Nothing was deleted.</source>
        <translation>没有删除任何内容。</translation>
    </message>
    <message>
        <source>Nothing was downloaded in the last 30 days.</source>
        <translation>最近 30 天没有下载。</translation>
    </message>
    <message>
        <source>Nothing was imported.</source>
        <translation>未导入任何内容。</translation>
    </message>
    <message>
        <source>Nothing was pulled.</source>
        <translation>没有下载任何内容。</translation>
    </message>
    <message>
        <source>Nothing was replaced.</source>
        <translation>没有替换任何内容。</translation>
    </message>
    <message>
        <source>Nothing was updated.</source>
        <translation>没有更新任何内容。</translation>
    </message>
    <message>
        <source>Nothing, all {shared} stay for {names}</source>
        <translation>不释放空间，全部 {shared} 为 {names} 保留</translation>
    </message>
    <message>
        <source>Nothing: it’s already on the server</source>
        <translation>无需上传：服务器上已有</translation>
    </message>
    <message>
        <source>Notification features</source>
        <translation>通知功能</translation>
    </message>
    <message>
        <source>Notifications</source>
        <translation>通知</translation>
    </message>
    <message>
        <source>Notifications work</source>
        <translation>通知可以正常显示</translation>
    </message>
    <message>
        <source>OLLAMA_NOPRUNE is set for Ollama. Old files stay until it is taken away.</source>
        <translation>Ollama 设置了 OLLAMA_NOPRUNE。取消之前，旧文件会一直保留。</translation>
    </message>
    <message>
        <source>OLLAMA_NOPRUNE is set. Parts of deleted models and old versions stay on disk.</source>
        <translation>设置了 OLLAMA_NOPRUNE。已删除模型和旧版本的部分文件会留在磁盘上。</translation>
    </message>
    <message>
        <source>Off</source>
        <comment>nothing is kept free</comment>
        <translation>关闭</translation>
    </message>
    <message>
        <source>Off</source>
        <comment>a server that is switched off</comment>
        <translation>已停用</translation>
    </message>
    <message numerus="yes">
        <source>Off after %Ln downloads</source>
        <translation>
            <numerusform>%Ln 个下载后停用</numerusform>
        </translation>
    </message>
    <message>
        <source>Off since {time}. It waits for “{server}” to come back.</source>
        <translation>{time} 起离线。会等“{server}”恢复。</translation>
    </message>
    <message>
        <source>Off since {time}. It waits for “{server}” to wake up.</source>
        <translation>{time} 起离线。会等“{server}”唤醒。</translation>
    </message>
    <message>
        <source>Off since {time}. It would wait for “{server}” to come back.</source>
        <translation>{time} 起离线。如果选择，会等“{server}”恢复。</translation>
    </message>
    <message>
        <source>Off since {time}. It would wait for “{server}” to wake up.</source>
        <translation>{time} 起离线。如果选择，会等“{server}”唤醒。</translation>
    </message>
    <message>
        <source>Off: {how}</source>
        <translation>关闭方法：{how}</translation>
    </message>
    <message>
        <source>Offer again</source>
        <translation>再次提供</translation>
    </message>
    <message>
        <source>Offline</source>
        <translation>离线</translation>
    </message>
    <message>
        <source>Offline since {time}</source>
        <translation>{time} 起离线</translation>
    </message>
    <message>
        <source>Old version</source>
        <translation>旧版本</translation>
    </message>
    <message>
        <source>Old version, before {date}</source>
        <translation>{date}之前的旧版本</translation>
    </message>
    <message>
        <source>Old version, kept for good.</source>
        <translation>旧版本，永久保留。</translation>
    </message>
    <message>
        <source>Old version, kept until {date}.</source>
        <translation>旧版本，保留到{date}。</translation>
    </message>
    <message>
        <source>Old versions</source>
        <translation>旧版本</translation>
    </message>
    <message>
        <source>Ollama</source>
        <translation>Ollama</translation>
    </message>
    <message>
        <source>Ollama Tray</source>
        <translation>Ollama Tray</translation>
    </message>
    <message>
        <source>Ollama Tray (demo)</source>
        <translation>Ollama Tray（演示）</translation>
    </message>
    <message>
        <source>Ollama Tray continues with the rest. What the server has fetched is not lost.</source>
        <translation>Ollama Tray 会继续使用其余内容。服务器已下载的数据不会丢失。</translation>
    </message>
    <message>
        <source>Ollama Tray deletes no file here.</source>
        <translation>Ollama Tray 不会删除这里的任何文件。</translation>
    </message>
    <message>
        <source>Ollama Tray is running but doesn’t answer</source>
        <translation>Ollama Tray 正在运行但没有响应</translation>
    </message>
    <message>
        <source>Ollama Tray is running but doesn’t answer.</source>
        <translation>Ollama Tray 正在运行，但没有响应。</translation>
    </message>
    <message>
        <source>Ollama Tray is running but doesn’t answer. Pulling here.</source>
        <translation>Ollama Tray 正在运行，但没有响应。改为在这里拉取。</translation>
    </message>
    <message>
        <source>Ollama Tray is running but doesn’t answer. Quit it and start it again.</source>
        <translation>Ollama Tray 正在运行，但没有响应。请退出后重新启动。</translation>
    </message>
    <message>
        <source>Ollama Tray isn’t allowed to read {path}.</source>
        <translation>Ollama Tray 没有读取 {path} 的权限。</translation>
    </message>
    <message>
        <source>Ollama Tray isn’t allowed to write {path}.</source>
        <translation>Ollama Tray 没有写入 {path} 的权限。</translation>
    </message>
    <message>
        <source>Ollama Tray isn’t running.</source>
        <translation>Ollama Tray 没有运行。</translation>
    </message>
    <message>
        <source>Ollama Tray keeps running, but something it was doing failed.</source>
        <translation>Ollama Tray 会继续运行，但有一项操作出错了。</translation>
    </message>
    <message>
        <source>Ollama Tray needs {version} or newer.</source>
        <translation>Ollama Tray 需要 {version} 或更高版本。</translation>
    </message>
    <message>
        <source>Ollama Tray reads at most 64 MB of it.</source>
        <translation>Ollama Tray 最多读取其中的 64 MB。</translation>
    </message>
    <message>
        <source>Ollama Tray refused: {reason}.</source>
        <translation>Ollama Tray 拒绝了：{reason}。</translation>
    </message>
    <message>
        <source>Ollama Tray refused: {reason}. Pulling here.</source>
        <translation>Ollama Tray 拒绝了请求：{reason}。改为在这里拉取。</translation>
    </message>
    <message>
        <source>Ollama Tray runs and its settings can be read</source>
        <translation>Ollama Tray 正在运行，设置可以读取</translation>
    </message>
    <message>
        <source>Ollama Tray {newest} is out</source>
        <translation>Ollama Tray {newest} 已发布</translation>
    </message>
    <message>
        <source>Ollama Tray {version} is out.</source>
        <translation>Ollama Tray {version} 已发布。</translation>
    </message>
    <message>
        <source>Ollama Tray {version} is out…</source>
        <translation>Ollama Tray {version} 已发布…</translation>
    </message>
    <message>
        <source>Ollama answers on {servers}</source>
        <translation>Ollama 有响应：{servers}</translation>
    </message>
    <message>
        <source>Ollama at {address} didn’t answer in time. It may be busy.</source>
        <translation>{address} 上的 Ollama 没有及时响应。它可能正忙。</translation>
    </message>
    <message>
        <source>Ollama can’t delete a model called {name}.</source>
        <translation>Ollama 无法删除名为 {name} 的模型。</translation>
    </message>
    <message>
        <source>Ollama can’t delete a model with this tag, so it can’t be renamed</source>
        <translation>Ollama 无法删除带有此标签的模型，因此无法重命名</translation>
    </message>
    <message>
        <source>Ollama can’t remove a system prompt. One blank takes its place.</source>
        <translation>Ollama 无法删除系统提示词，会用一个空格代替。</translation>
    </message>
    <message>
        <source>Ollama can’t start until that program is closed.</source>
        <translation>关闭那个程序之前，Ollama 无法启动。</translation>
    </message>
    <message>
        <source>Ollama can’t stop here. Delete the result when it’s ready?</source>
        <translation>Ollama 此时无法停止。完成后删除结果吗？</translation>
    </message>
    <message>
        <source>Ollama can’t stop here: it goes on with {name} by itself.</source>
        <translation>Ollama 此时无法中断：它会自行继续创建 {name}。</translation>
    </message>
    <message>
        <source>Ollama checks it</source>
        <translation>Ollama 正在检查</translation>
    </message>
    <message>
        <source>Ollama checks it</source>
        <comment>in the middle of a line</comment>
        <translation>Ollama 正在检查</translation>
    </message>
    <message>
        <source>Ollama counts in GB.</source>
        <translation>Ollama 以 GB 计算。</translation>
    </message>
    <message>
        <source>Ollama didn’t start</source>
        <translation>Ollama 没有启动成功</translation>
    </message>
    <message>
        <source>Ollama doesn’t say how much memory there is.</source>
        <translation>Ollama 没有说明有多少内存。</translation>
    </message>
    <message>
        <source>Ollama doesn’t tell it. Below is what deleting would free at most.</source>
        <translation>Ollama 没有提供。下面是删除后最多可释放的空间。</translation>
    </message>
    <message>
        <source>Ollama gave no reason.</source>
        <translation>Ollama 没有说明原因。</translation>
    </message>
    <message numerus="yes">
        <source>Ollama goes on with %Ln models by itself.</source>
        <translation>
            <numerusform>Ollama 会自行继续创建 %Ln 个模型。</numerusform>
        </translation>
    </message>
    <message>
        <source>Ollama hasn’t answered yet</source>
        <translation>Ollama 还没有响应</translation>
    </message>
    <message>
        <source>Ollama is back</source>
        <translation>Ollama 已恢复</translation>
    </message>
    <message>
        <source>Ollama is starting</source>
        <translation>Ollama 正在启动</translation>
    </message>
    <message>
        <source>Ollama is starting. Looking for graphics cards can take up to a minute.</source>
        <translation>Ollama 正在启动。查找显卡最多可能需要一分钟。</translation>
    </message>
    <message>
        <source>Ollama is too old</source>
        <translation>Ollama 版本太旧</translation>
    </message>
    <message>
        <source>Ollama may be under a path there, for example {address}/ollama.</source>
        <translation>Ollama 可能位于该地址的某个路径之下，例如 {address}/ollama。</translation>
    </message>
    <message>
        <source>Ollama models of “{server}”</source>
        <translation>“{server}”的 Ollama 模型</translation>
    </message>
    <message>
        <source>Ollama models of “{server}”, {date}</source>
        <translation>“{server}”的 Ollama 模型，{date}</translation>
    </message>
    <message>
        <source>Ollama never cleans up here</source>
        <translation>Ollama 在这里从不清理文件</translation>
    </message>
    <message>
        <source>Ollama no longer cleans up after itself</source>
        <translation>Ollama 不再清理自己的文件</translation>
    </message>
    <message>
        <source>Ollama on “{server}” can’t quantize: its llama-quantize is missing. Keep {type}, or reinstall Ollama.</source>
        <translation>“{server}”上的 Ollama 无法量化：缺少 llama-quantize。请保持 {type}，或重新安装 Ollama。</translation>
    </message>
    <message>
        <source>Ollama on “{server}” is starting.</source>
        <translation>“{server}”上的 Ollama 正在启动。</translation>
    </message>
    <message>
        <source>Ollama reads versions 2 and 3, little-endian.</source>
        <translation>Ollama 支持第 2 版和第 3 版的小端格式。</translation>
    </message>
    <message>
        <source>Ollama refused it: it may not know this kind of model, or its disk is full.</source>
        <translation>Ollama 拒绝了它：可能不认识这类模型，或磁盘已满。</translation>
    </message>
    <message>
        <source>Ollama refused it: it may not know “{kind}”, or its disk is full.</source>
        <translation>Ollama 拒绝了它：可能不认识“{kind}”，或磁盘已满。</translation>
    </message>
    <message>
        <source>Ollama refused it: its disk is full, or it may not know “{kind}”.</source>
        <translation>Ollama 拒绝了它：磁盘已满，或可能不认识“{kind}”。</translation>
    </message>
    <message>
        <source>Ollama refuses the name “{host}”. Use its IP address, or set OLLAMA_HOST=0.0.0.0 there.</source>
        <translation>Ollama 拒绝名称“{host}”。请使用它的 IP 地址，或在那里设置 OLLAMA_HOST=0.0.0.0。</translation>
    </message>
    <message>
        <source>Ollama removes these when it next starts, except what was written less than an hour ago.</source>
        <translation>Ollama 下次启动时会清除这些文件，一小时内写入的除外。</translation>
    </message>
    <message>
        <source>Ollama reports an error</source>
        <translation>Ollama 报告错误</translation>
    </message>
    <message>
        <source>Ollama says</source>
        <translation>Ollama 的说明</translation>
    </message>
    <message>
        <source>Ollama says: “{text}”</source>
        <translation>Ollama 的说明：“{text}”</translation>
    </message>
    <message>
        <source>Ollama there refuses the name “{host}”. Use its IP address instead.</source>
        <translation>那里的 Ollama 拒绝名称“{host}”。请改用它的 IP 地址。</translation>
    </message>
    <message>
        <source>Ollama was installed without a service or an app. In a terminal: {command}</source>
        <translation>安装的 Ollama 没有服务，也没有应用。请在终端中运行：{command}</translation>
    </message>
    <message>
        <source>Ollama wasn’t started</source>
        <translation>没有启动 Ollama</translation>
    </message>
    <message>
        <source>Ollama {newest} is out</source>
        <translation>Ollama {newest} 已发布</translation>
    </message>
    <message>
        <source>Ollama {newest} is out…</source>
        <translation>Ollama {newest} 已发布…</translation>
    </message>
    <message>
        <source>Ollama {version}</source>
        <translation>Ollama {version}</translation>
    </message>
    <message>
        <source>Ollama {version} or newer</source>
        <translation>Ollama {version} 或更新版本</translation>
    </message>
    <message>
        <source>Ollama {version}, {models}, answered in {time} ms</source>
        <translation>Ollama {version}，{models}，响应时间 {time} ms</translation>
    </message>
    <message>
        <source>Ollama’s default</source>
        <translation>Ollama 的默认值</translation>
    </message>
    <message>
        <source>Ollama’s own cleanup is stopped</source>
        <translation>Ollama 自身的清理已停止</translation>
    </message>
    <message>
        <source>On a guest network, sign in to the network first.</source>
        <translation>如果使用的是访客网络，请先登录该网络。</translation>
    </message>
    <message>
        <source>On average {mean} per second, at most {peak}</source>
        <translation>平均每秒 {mean}，最高 {peak}</translation>
    </message>
    <message>
        <source>On disk</source>
        <translation>磁盘</translation>
    </message>
    <message>
        <source>On {registry}</source>
        <translation>来自 {registry}</translation>
    </message>
    <message>
        <source>Once a day</source>
        <translation>每天一次</translation>
    </message>
    <message>
        <source>Once a week</source>
        <translation>每周一次</translation>
    </message>
    <message>
        <source>Once there is room: copy any model to that name, then delete it.</source>
        <translation>有空间后：把任意模型复制到该名称，再将其删除。</translation>
    </message>
    <message>
        <source>One can be added; those of {name} stay</source>
        <translation>可以添加一份；{name} 的保留</translation>
    </message>
    <message>
        <source>One is usually fastest: Ollama already opens 16 connections for each download.</source>
        <translation>通常 1 个最快：Ollama 已为每个下载打开 16 个连接。</translation>
    </message>
    <message>
        <source>One name a line is expected; lines that begin with # are left out.</source>
        <translation>每行应为一个名称；以 # 开头的行会被忽略。</translation>
    </message>
    <message>
        <source>Online</source>
        <translation>在线</translation>
    </message>
    <message>
        <source>Only F16, BF16 and F32 files can be quantized.</source>
        <translation>只有 F16、BF16 和 F32 文件可以量化。</translation>
    </message>
    <message>
        <source>Only GGUF files, model lists, names and links</source>
        <translation>仅支持 GGUF 文件、模型列表、名称和链接</translation>
    </message>
    <message>
        <source>Only for Wake: it starts a computer that sleeps in your network.</source>
        <translation>仅用于唤醒：它会启动您网络中处于休眠的计算机。</translation>
    </message>
    <message>
        <source>Only if nobody else loaded a model for 5 minutes, and if it fits. After three failures a model is no longer kept.</source>
        <translation>仅当 5 分钟内没有其他程序加载模型且放得下时。失败三次后不再保持该模型。</translation>
    </message>
    <message>
        <source>Only models made on this server can be edited</source>
        <translation>只能编辑在此服务器上创建的模型</translation>
    </message>
    <message>
        <source>Only models of servers in the settings are kept loaded.</source>
        <translation>只能保持加载设置中的服务器上的模型。</translation>
    </message>
    <message>
        <source>Only on one server</source>
        <translation>仅在一台服务器上</translation>
    </message>
    <message>
        <source>Only plain characters are allowed here.</source>
        <translation>此处只能使用普通英文字符。</translation>
    </message>
    <message>
        <source>Only small parts changed</source>
        <translation>只有小部分改变</translation>
    </message>
    <message>
        <source>Only tells you, with the command for this computer.</source>
        <translation>只提示您，并给出适用于这台电脑的命令。</translation>
    </message>
    <message>
        <source>Only tells you. Nothing is installed by itself.</source>
        <translation>仅提醒，不会自行安装任何内容。</translation>
    </message>
    <message>
        <source>Only the configuration changed</source>
        <translation>只有配置改变</translation>
    </message>
    <message>
        <source>Only the example messages changed</source>
        <translation>只有示例消息改变</translation>
    </message>
    <message>
        <source>Only the first {shown} of {count} characters are shown. Copy copies all of them.</source>
        <translation>只显示 {count} 个字符中的前 {shown} 个。“复制”会复制全部。</translation>
    </message>
    <message>
        <source>Only the license changed</source>
        <translation>只有许可证改变</translation>
    </message>
    <message>
        <source>Only the log of Ollama on “{server}” says it.</source>
        <translation>只有“{server}”上 Ollama 的日志能说明。</translation>
    </message>
    <message>
        <source>Only the parameters changed</source>
        <translation>只有参数改变</translation>
    </message>
    <message>
        <source>Only the system prompt changed</source>
        <translation>只有系统提示词改变</translation>
    </message>
    <message>
        <source>Only the template changed</source>
        <translation>只有模板改变</translation>
    </message>
    <message>
        <source>Only the weights are known for this server.</source>
        <translation>这台服务器只提供了权重的信息。</translation>
    </message>
    <message>
        <source>Only upper and lower case differ. Ollama can’t rename that way: the model would be lost.</source>
        <translation>仅大小写不同。Ollama 无法这样重命名：模型会丢失。</translation>
    </message>
    <message>
        <source>Only whole models can be pulled, and this link is to a part of {name}.</source>
        <translation>只能拉取完整的模型，而这个链接指向 {name} 的一部分。</translation>
    </message>
    <message>
        <source>Only {size} are free where “{server}” keeps its models.</source>
        <translation>“{server}”存放模型的磁盘只剩 {size}。</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>打开</translation>
    </message>
    <message>
        <source>Open &amp;folder</source>
        <translation>打开文件夹(&amp;F)</translation>
    </message>
    <message>
        <source>Open Ollama Tray</source>
        <translation>打开 Ollama Tray</translation>
    </message>
    <message>
        <source>Open fol&amp;der</source>
        <translation>打开文件夹(&amp;D)</translation>
    </message>
    <message>
        <source>Open folder</source>
        <translation>打开文件夹</translation>
    </message>
    <message>
        <source>Open page</source>
        <translation>打开网页</translation>
    </message>
    <message>
        <source>Open page on Hugging Face</source>
        <translation>打开 Hugging Face 页面</translation>
    </message>
    <message>
        <source>Open page on ollama.com</source>
        <translation>打开 ollama.com 页面</translation>
    </message>
    <message>
        <source>Open the &amp;model folder</source>
        <translation>打开模型文件夹(&amp;M)</translation>
    </message>
    <message>
        <source>Open the cache folder</source>
        <translation>打开缓存文件夹</translation>
    </message>
    <message>
        <source>Open the data folder</source>
        <translation>打开数据文件夹</translation>
    </message>
    <message>
        <source>Open the folder of the settings</source>
        <translation>打开设置所在的文件夹</translation>
    </message>
    <message>
        <source>Open the log folder</source>
        <translation>打开日志文件夹</translation>
    </message>
    <message>
        <source>Open the page of the newer version</source>
        <translation>打开新版本的网页</translation>
    </message>
    <message>
        <source>Opened the Ollama app. The first start can take up to 90 seconds.</source>
        <translation>已打开 Ollama 应用。首次启动最多可能需要 90 秒。</translation>
    </message>
    <message>
        <source>Opened when you choose a link, and by the browser alone.</source>
        <translation>仅在你点击链接时由浏览器打开。</translation>
    </message>
    <message>
        <source>Or the proxy in front of it lets nobody in (HTTP 403).</source>
        <translation>也可能是它前面的代理不允许任何人访问（HTTP 403）。</translation>
    </message>
    <message>
        <source>Other data</source>
        <translation>其他数据</translation>
    </message>
    <message>
        <source>Other name…</source>
        <translation>其他名称…</translation>
    </message>
    <message>
        <source>Other registries</source>
        <translation>其他仓库</translation>
    </message>
    <message>
        <source>Other…</source>
        <translation>其他…</translation>
    </message>
    <message>
        <source>Overview</source>
        <translation>概览</translation>
    </message>
    <message>
        <source>Own CA file as well</source>
        <translation>同时使用自己的 CA 文件</translation>
    </message>
    <message>
        <source>Own headers</source>
        <translation>自定义请求头</translation>
    </message>
    <message>
        <source>PARAMETERS</source>
        <translation>参数量</translation>
    </message>
    <message>
        <source>PB</source>
        <translation>PB</translation>
    </message>
    <message>
        <source>PROCESSOR</source>
        <translation>处理器</translation>
    </message>
    <message>
        <source>Page</source>
        <translation>页面</translation>
    </message>
    <message>
        <source>Pages</source>
        <translation>页面</translation>
    </message>
    <message>
        <source>Pages in your browser</source>
        <translation>浏览器中的网页</translation>
    </message>
    <message>
        <source>Parameter</source>
        <translation>参数</translation>
    </message>
    <message>
        <source>Parameters</source>
        <translation>参数</translation>
    </message>
    <message>
        <source>Parameters</source>
        <comment>their number</comment>
        <translation>参数量</translation>
    </message>
    <message>
        <source>Parameters and quantization not known</source>
        <translation>参数量和量化未知</translation>
    </message>
    <message>
        <source>Part</source>
        <translation>部分</translation>
    </message>
    <message>
        <source>Part of the address may be missing</source>
        <translation>地址可能不完整</translation>
    </message>
    <message>
        <source>Part of the earlier history could not be read. The file is kept as {path}.</source>
        <translation>以前的历史记录有一部分无法读取。原文件保存为 {path}。</translation>
    </message>
    <message>
        <source>Part of the list of downloads could not be read. The file is kept as {path}.</source>
        <translation>下载列表有一部分无法读取。原文件保存为 {path}。</translation>
    </message>
    <message>
        <source>Part {n} of {count}</source>
        <translation>第 {n} 部分，共 {count} 部分</translation>
    </message>
    <message>
        <source>Part {n} of {count} is missing</source>
        <translation>缺少第 {n} 部分（共 {count} 部分）</translation>
    </message>
    <message>
        <source>Pass&amp;word</source>
        <translation>密码(&amp;W)</translation>
    </message>
    <message>
        <source>Pasted text</source>
        <translation>粘贴的文本</translation>
    </message>
    <message>
        <source>Path of the CA file</source>
        <translation>CA 文件的路径</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>暂停</translation>
    </message>
    <message>
        <source>Pause all</source>
        <translation>全部暂停</translation>
    </message>
    <message>
        <source>Pause on &amp;battery</source>
        <translation>使用电池时暂停(&amp;B)</translation>
    </message>
    <message>
        <source>Pause on &amp;metered connections</source>
        <translation>使用按流量计费的网络时暂停(&amp;M)</translation>
    </message>
    <message>
        <source>Pause or resume</source>
        <translation>暂停或继续</translation>
    </message>
    <message>
        <source>Pause {name}</source>
        <translation>暂停 {name}</translation>
    </message>
    <message>
        <source>Paused</source>
        <translation>已暂停</translation>
    </message>
    <message>
        <source>Paused on a metered connection</source>
        <translation>已暂停：按流量计费的网络</translation>
    </message>
    <message>
        <source>Paused on battery power</source>
        <translation>已暂停：使用电池供电</translation>
    </message>
    <message>
        <source>Paused {names}.</source>
        <translation>已暂停 {names}。</translation>
    </message>
    <message>
        <source>Paused: “{server}” is switched off</source>
        <translation>已暂停：“{server}”已关闭</translation>
    </message>
    <message>
        <source>PiB</source>
        <translation>PiB</translation>
    </message>
    <message>
        <source>Pin this version</source>
        <translation>固定此版本</translation>
    </message>
    <message>
        <source>Pinned</source>
        <translation>已固定</translation>
    </message>
    <message>
        <source>Pinned, starred, kept and loaded models stay.</source>
        <translation>已固定、已加星标、保持加载和已加载的模型会保留。</translation>
    </message>
    <message>
        <source>Pinned. Unpin it first</source>
        <translation>已固定，请先取消固定</translation>
    </message>
    <message>
        <source>Pinned. Unpin it first.</source>
        <translation>已固定，请先取消固定。</translation>
    </message>
    <message>
        <source>Prefers words of usual likelihood; 1 switches it off.</source>
        <translation>偏好可能性适中的词语；1 表示关闭。</translation>
    </message>
    <message>
        <source>Previous match</source>
        <translation>上一个匹配</translation>
    </message>
    <message>
        <source>Previous pane</source>
        <translation>上一个窗格</translation>
    </message>
    <message>
        <source>Private models: the server must be signed in to ollama.com, or have its key added to the model’s owner.</source>
        <translation>私有模型：服务器必须登录 ollama.com，或将其密钥添加到模型所有者的账户。</translation>
    </message>
    <message>
        <source>Private or gone at {registry}</source>
        <translation>在 {registry} 上为私有或已不存在</translation>
    </message>
    <message>
        <source>Program</source>
        <translation>程序</translation>
    </message>
    <message>
        <source>Programs</source>
        <translation>程序</translation>
    </message>
    <message>
        <source>Projector</source>
        <translation>投影器</translation>
    </message>
    <message>
        <source>Proxy</source>
        <translation>代理</translation>
    </message>
    <message>
        <source>Published on {date}.</source>
        <translation>发布于{date}。</translation>
    </message>
    <message>
        <source>Published on {registry} on {date}.</source>
        <translation>{date}发布于 {registry}。</translation>
    </message>
    <message>
        <source>Pull a pasted name or link</source>
        <translation>拉取粘贴的名称或链接</translation>
    </message>
    <message>
        <source>Pull again</source>
        <translation>重新拉取</translation>
    </message>
    <message>
        <source>Pull again…</source>
        <translation>重新拉取…</translation>
    </message>
    <message>
        <source>Pull another model…</source>
        <translation>拉取其他模型…</translation>
    </message>
    <message>
        <source>Pull model</source>
        <translation>拉取模型</translation>
    </message>
    <message>
        <source>Pull model…</source>
        <translation>拉取模型…</translation>
    </message>
    <message>
        <source>Pull on</source>
        <translation>拉取到</translation>
    </message>
    <message>
        <source>Pull on another server…</source>
        <translation>在其他服务器上拉取…</translation>
    </message>
    <message>
        <source>Pull on {server}</source>
        <translation>在 {server} 上拉取</translation>
    </message>
    <message>
        <source>Pull one from ollama.com or Hugging Face, or create one from a GGUF file you already have.</source>
        <translation>从 ollama.com 或 Hugging Face 拉取一个，或用已有的 GGUF 文件创建一个。</translation>
    </message>
    <message>
        <source>Pull {name}…</source>
        <translation>拉取 {name}…</translation>
    </message>
    <message>
        <source>Pull “{name}”…</source>
        <translation>拉取“{name}”…</translation>
    </message>
    <message>
        <source>Pulled {name}, {size}.</source>
        <translation>已拉取 {name}，{size}。</translation>
    </message>
    <message>
        <source>Pulling it again changes nothing but its date.</source>
        <translation>重新拉取只会改变日期。</translation>
    </message>
    <message>
        <source>Pulling it again fetches only what has changed since.</source>
        <translation>重新拉取只会获取之后发生变化的部分。</translation>
    </message>
    <message>
        <source>Pulling it needs a third of the space</source>
        <translation>拉取只需三分之一的空间</translation>
    </message>
    <message>
        <source>Pull…</source>
        <translation>拉取…</translation>
    </message>
    <message>
        <source>Put back {ago}.</source>
        <translation>{ago}已恢复。</translation>
    </message>
    <message>
        <source>QUANTIZATION</source>
        <translation>量化</translation>
    </message>
    <message>
        <source>Qt can’t be loaded, so no window can be shown: {reason}</source>
        <translation>无法加载 Qt，因此不能显示窗口：{reason}</translation>
    </message>
    <message>
        <source>Quantization</source>
        <translation>量化</translation>
    </message>
    <message>
        <source>Queue</source>
        <translation>队列</translation>
    </message>
    <message>
        <source>Quit Ollama Tray</source>
        <translation>退出 Ollama Tray</translation>
    </message>
    <message>
        <source>Quit Ollama Tray?</source>
        <translation>退出 Ollama Tray 吗？</translation>
    </message>
    <message numerus="yes">
        <source>Quit and pause %Ln downloads?</source>
        <translation>
            <numerusform>退出并暂停 %Ln 个下载？</numerusform>
        </translation>
    </message>
    <message>
        <source>Quit and pause 1 download?</source>
        <translation>退出并暂停 1 个下载？</translation>
    </message>
    <message>
        <source>Quit it and start it again.</source>
        <translation>请退出后重新启动。</translation>
    </message>
    <message>
        <source>R&amp;emove…</source>
        <translation>移除(&amp;E)…</translation>
    </message>
    <message>
        <source>R&amp;estart a download that has stalled</source>
        <translation>自动重新开始停滞的下载(&amp;E)</translation>
    </message>
    <message>
        <source>Ran on the processor: {size}</source>
        <translation>在处理器上运行：{size}</translation>
    </message>
    <message>
        <source>Re&amp;move from this list</source>
        <translation>从列表中移除(&amp;M)</translation>
    </message>
    <message>
        <source>Reading the file…</source>
        <translation>正在读取文件…</translation>
    </message>
    <message>
        <source>Reading the list…</source>
        <translation>正在读取列表…</translation>
    </message>
    <message>
        <source>Reading {name}…</source>
        <translation>正在读取 {name}…</translation>
    </message>
    <message>
        <source>Reads the weights from the disk as they are needed.</source>
        <translation>按需从磁盘读取权重。</translation>
    </message>
    <message>
        <source>Rebuild {name}</source>
        <translation>重建 {name}</translation>
    </message>
    <message>
        <source>Rebuild…</source>
        <translation>重建…</translation>
    </message>
    <message>
        <source>Rebuilt: {there} instead of {here}</source>
        <translation>重新构建：{there}，原为 {here}</translation>
    </message>
    <message>
        <source>Recipe</source>
        <translation>配方</translation>
    </message>
    <message>
        <source>Recipe, its base isn’t listed</source>
        <translation>配方，但列表中没有其基础模型</translation>
    </message>
    <message>
        <source>Recipe, made after {base}</source>
        <translation>配方，在 {base} 之后创建</translation>
    </message>
    <message>
        <source>Refresh</source>
        <translation>刷新</translation>
    </message>
    <message>
        <source>Refreshed just now</source>
        <translation>刚刚刷新</translation>
    </message>
    <message>
        <source>Refreshed {ago}</source>
        <comment>12 s ago</comment>
        <translation>{ago}刷新</translation>
    </message>
    <message>
        <source>Refused</source>
        <translation>已被拒绝</translation>
    </message>
    <message>
        <source>Registries without encryption</source>
        <translation>未加密的仓库</translation>
    </message>
    <message>
        <source>Registry host</source>
        <translation>仓库主机</translation>
    </message>
    <message>
        <source>Remove</source>
        <comment>a parameter</comment>
        <translation>移除</translation>
    </message>
    <message>
        <source>Remove header {name}</source>
        <translation>移除请求头 {name}</translation>
    </message>
    <message>
        <source>Remove server</source>
        <translation>移除服务器</translation>
    </message>
    <message>
        <source>Remove {host}</source>
        <translation>移除 {host}</translation>
    </message>
    <message>
        <source>Remove {name} from this list</source>
        <translation>从列表中移除 {name}</translation>
    </message>
    <message>
        <source>Remove “{server}” from the list?</source>
        <translation>要从列表中移除“{server}”吗？</translation>
    </message>
    <message numerus="yes">
        <source>Remove “{server}”, with %Ln unfinished downloads?</source>
        <translation>
            <numerusform>要移除“{server}”及其 %Ln 个未完成的下载吗？</numerusform>
        </translation>
    </message>
    <message>
        <source>Rename model</source>
        <translation>重命名模型</translation>
    </message>
    <message>
        <source>Rename {name} &amp;to</source>
        <translation>将 {name} 重命名为(&amp;T)</translation>
    </message>
    <message>
        <source>Renamed to {copy}: Ollama writes the name as another model does.</source>
        <translation>已重命名为 {copy}：Ollama 按另一个模型的写法书写了名称。</translation>
    </message>
    <message>
        <source>Renamed to {copy}: Ollama writes the tag as another model does.</source>
        <translation>已重命名为 {copy}：Ollama 按另一个模型的写法书写了标签。</translation>
    </message>
    <message>
        <source>Renamed {name} to {copy}.</source>
        <translation>已将 {name} 重命名为 {copy}。</translation>
    </message>
    <message>
        <source>Rename…</source>
        <translation>重命名…</translation>
    </message>
    <message>
        <source>Renaming…</source>
        <translation>正在重命名…</translation>
    </message>
    <message>
        <source>Replace model</source>
        <translation>替换模型</translation>
    </message>
    <message>
        <source>Replace {name}?</source>
        <translation>替换 {name}？</translation>
    </message>
    <message>
        <source>Replaces the version of {date}</source>
        <translation>替换 {date} 的版本</translation>
    </message>
    <message>
        <source>Replaces the version that is there</source>
        <translation>替换那里的版本</translation>
    </message>
    <message>
        <source>Report a fault</source>
        <translation>报告问题</translation>
    </message>
    <message>
        <source>Reset columns</source>
        <translation>重置列</translation>
    </message>
    <message>
        <source>Restart {name} now</source>
        <translation>立即重新开始 {name}</translation>
    </message>
    <message>
        <source>Result</source>
        <translation>结果</translation>
    </message>
    <message>
        <source>Resume</source>
        <translation>继续</translation>
    </message>
    <message>
        <source>Resume all</source>
        <translation>全部继续</translation>
    </message>
    <message>
        <source>Resume {name}</source>
        <translation>继续 {name}</translation>
    </message>
    <message>
        <source>Resumed {names}.</source>
        <translation>已继续 {names}。</translation>
    </message>
    <message>
        <source>Retry</source>
        <translation>重试</translation>
    </message>
    <message>
        <source>Retry now</source>
        <translation>立即重试</translation>
    </message>
    <message>
        <source>Retry {name}</source>
        <translation>重试 {name}</translation>
    </message>
    <message>
        <source>Run &amp;doctor…</source>
        <translation>运行诊断(&amp;D)…</translation>
    </message>
    <message>
        <source>Run doctor…</source>
        <translation>运行诊断…</translation>
    </message>
    <message>
        <source>Runs on</source>
        <translation>运行于</translation>
    </message>
    <message>
        <source>Runs on ollama.com</source>
        <translation>在 ollama.com 上运行</translation>
    </message>
    <message>
        <source>Runs on ollama.com, nothing is stored here</source>
        <translation>在 ollama.com 上运行，本地不存储任何内容</translation>
    </message>
    <message>
        <source>S&amp;how</source>
        <translation>显示(&amp;H)</translation>
    </message>
    <message>
        <source>S&amp;kip it</source>
        <translation>跳过(&amp;K)</translation>
    </message>
    <message>
        <source>SERVER</source>
        <translation>服务器</translation>
    </message>
    <message>
        <source>SIZE</source>
        <translation>大小</translation>
    </message>
    <message>
        <source>SOCKS proxies are not supported</source>
        <translation>不支持 SOCKS 代理</translation>
    </message>
    <message>
        <source>STATE</source>
        <translation>状态</translation>
    </message>
    <message>
        <source>Safety</source>
        <translation>安全</translation>
    </message>
    <message numerus="yes">
        <source>Saved %Ln models to {file}.</source>
        <translation>
            <numerusform>已将 %Ln 个模型保存到 {file}。</numerusform>
        </translation>
    </message>
    <message>
        <source>Saved {name}.</source>
        <translation>已保存 {name}。</translation>
    </message>
    <message>
        <source>Saving…</source>
        <translation>正在保存…</translation>
    </message>
    <message>
        <source>Say which downloads.</source>
        <translation>请指明是哪些下载。</translation>
    </message>
    <message>
        <source>Search</source>
        <translation>搜索</translation>
    </message>
    <message>
        <source>Search keys and values</source>
        <translation>搜索键和值</translation>
    </message>
    <message>
        <source>Search models</source>
        <translation>搜索模型</translation>
    </message>
    <message>
        <source>Seconds without data</source>
        <translation>没有数据的秒数</translation>
    </message>
    <message>
        <source>Secret</source>
        <translation>机密</translation>
    </message>
    <message>
        <source>See {address}</source>
        <translation>请见 {address}</translation>
    </message>
    <message>
        <source>Select a model first</source>
        <translation>请先选择一个模型</translation>
    </message>
    <message>
        <source>Select all</source>
        <translation>全选</translation>
    </message>
    <message>
        <source>Select one model only</source>
        <translation>只能选择一个模型</translation>
    </message>
    <message>
        <source>Send a &amp;test notification</source>
        <translation>发送测试通知(&amp;T)</translation>
    </message>
    <message>
        <source>Send the headers to “{server}” unencrypted?</source>
        <translation>要以未加密方式将请求头发送到“{server}”吗？</translation>
    </message>
    <message>
        <source>Send the password to “{server}” unencrypted?</source>
        <translation>要以未加密方式将密码发送到“{server}”吗？</translation>
    </message>
    <message>
        <source>Send the token to “{server}” unencrypted?</source>
        <translation>要以未加密方式将令牌发送到“{server}”吗？</translation>
    </message>
    <message>
        <source>Server</source>
        <translation>服务器</translation>
    </message>
    <message>
        <source>Server menu</source>
        <translation>服务器菜单</translation>
    </message>
    <message>
        <source>Server: {server}, online, version {version}</source>
        <translation>服务器：{server}，在线，版本 {version}</translation>
    </message>
    <message>
        <source>Server: {server}, {state}</source>
        <translation>服务器：{server}，{state}</translation>
    </message>
    <message>
        <source>Servers</source>
        <translation>服务器</translation>
    </message>
    <message>
        <source>Servers: {online} of {total} online</source>
        <translation>服务器：{total} 台中 {online} 台在线</translation>
    </message>
    <message>
        <source>Session</source>
        <translation>会话</translation>
    </message>
    <message>
        <source>Set OLLAMA_HOST={example} before you start Ollama Tray.</source>
        <translation>请在启动 Ollama Tray 之前设置 OLLAMA_HOST={example}。</translation>
    </message>
    <message>
        <source>Set an HTTP proxy in HTTP_PROXY and HTTPS_PROXY, or add {host} to NO_PROXY.</source>
        <translation>请在 HTTP_PROXY 和 HTTPS_PROXY 中设置 HTTP 代理，或将 {host} 加入 NO_PROXY。</translation>
    </message>
    <message>
        <source>Set {setting}</source>
        <translation>请设置 {setting}</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>设置</translation>
    </message>
    <message>
        <source>Settings or downloads can’t be saved</source>
        <translation>无法保存设置或下载记录</translation>
    </message>
    <message>
        <source>Settings that were changed</source>
        <translation>已更改的设置</translation>
    </message>
    <message>
        <source>Settings, Servers: leave out the MAC address of the server.</source>
        <translation>设置 → 服务器：不填写服务器的 MAC 地址。</translation>
    </message>
    <message>
        <source>Settings, Servers: switch a server off, or remove it.</source>
        <translation>设置 → 服务器：停用或移除服务器。</translation>
    </message>
    <message>
        <source>Settings, Updates: Look for a newer Ollama Tray, never.</source>
        <translation>设置 → 更新：将“查找新版 Ollama Tray”设为“从不”。</translation>
    </message>
    <message>
        <source>Settings, Updates: Look for a newer Ollama, never.</source>
        <translation>设置 → 更新：将“查找新版 Ollama”设为“从不”。</translation>
    </message>
    <message>
        <source>Settings, Updates: Other registries.</source>
        <translation>设置 → 更新：其他仓库。</translation>
    </message>
    <message>
        <source>Settings, Updates: check never. A name that you want to pull or look up is asked for all the same.</source>
        <translation>设置 → 更新：选择“从不”。你要拉取或查询的名称仍会被请求。</translation>
    </message>
    <message>
        <source>Settings, Updates: take the tick away from “Also models from Hugging Face”.</source>
        <translation>设置 → 更新：取消勾选“包括来自 Hugging Face 的模型”。</translation>
    </message>
    <message>
        <source>Settings, downloads and the log can be saved</source>
        <translation>设置、下载和日志可以保存</translation>
    </message>
    <message>
        <source>Settings…</source>
        <translation>设置…</translation>
    </message>
    <message>
        <source>Several servers</source>
        <translation>多个服务器</translation>
    </message>
    <message>
        <source>Several servers are called “{name}”: {addresses}. Give one of these instead.</source>
        <translation>有多个服务器名为“{name}”：{addresses}。请改用其中一个地址。</translation>
    </message>
    <message>
        <source>Shares {size} with {names}; all together free them.</source>
        <translation>与 {names} 共用 {size}；全部一起删除才能释放。</translation>
    </message>
    <message>
        <source>Shares {size} with {name}; both together free them.</source>
        <translation>与 {name} 共用 {size}；两者一起删除才能释放。</translation>
    </message>
    <message numerus="yes">
        <source>Show %Ln names</source>
        <translation>
            <numerusform>显示 %Ln 个名称</numerusform>
        </translation>
    </message>
    <message>
        <source>Show &amp;details</source>
        <translation>显示详细信息(&amp;D)</translation>
    </message>
    <message>
        <source>Show &amp;model</source>
        <translation>显示模型(&amp;M)</translation>
    </message>
    <message>
        <source>Show all models</source>
        <translation>显示全部模型</translation>
    </message>
    <message>
        <source>Show cloud models</source>
        <translation>显示云端模型</translation>
    </message>
    <message>
        <source>Show details</source>
        <translation>显示详情</translation>
    </message>
    <message>
        <source>Show details of {name}</source>
        <translation>显示 {name} 的详情</translation>
    </message>
    <message>
        <source>Show in window</source>
        <translation>在窗口中显示</translation>
    </message>
    <message>
        <source>Show in “All servers”</source>
        <translation>显示在“所有服务器”中</translation>
    </message>
    <message>
        <source>Show it</source>
        <translation>显示模型</translation>
    </message>
    <message>
        <source>Show kept old versions</source>
        <translation>显示保留的旧版本</translation>
    </message>
    <message>
        <source>Show layers of {name}</source>
        <translation>显示 {name} 的层</translation>
    </message>
    <message>
        <source>Show loaded models</source>
        <translation>显示已加载的模型</translation>
    </message>
    <message>
        <source>Show models with a newer version</source>
        <translation>显示有新版本的模型</translation>
    </message>
    <message>
        <source>Show or hide layers</source>
        <translation>显示或隐藏层</translation>
    </message>
    <message>
        <source>Show servers</source>
        <translation>显示服务器</translation>
    </message>
    <message>
        <source>Show si&amp;zes in</source>
        <translation>大小单位(&amp;Z)</translation>
    </message>
    <message>
        <source>Show starred models</source>
        <translation>显示已加星标的模型</translation>
    </message>
    <message>
        <source>Show the details</source>
        <translation>显示详细信息</translation>
    </message>
    <message>
        <source>Show the help</source>
        <translation>显示帮助</translation>
    </message>
    <message>
        <source>Show the names that are never looked up</source>
        <translation>显示从不查询的名称</translation>
    </message>
    <message>
        <source>Show the technical details</source>
        <translation>显示技术详情</translation>
    </message>
    <message>
        <source>Show them</source>
        <translation>显示</translation>
    </message>
    <message>
        <source>Show {name} in the table</source>
        <translation>在表格中显示 {name}</translation>
    </message>
    <message>
        <source>Showing the first {count} of {total} models</source>
        <translation>显示前 {count} 个模型，共 {total} 个</translation>
    </message>
    <message>
        <source>Sign &amp;in with</source>
        <translation>登录方式(&amp;I)</translation>
    </message>
    <message>
        <source>Sign-in needed</source>
        <translation>需要登录</translation>
    </message>
    <message>
        <source>Similar names</source>
        <translation>相似的名称</translation>
    </message>
    <message>
        <source>Since {time}</source>
        <translation>自 {time} 起</translation>
    </message>
    <message>
        <source>Six pairs of 0–9 and a–f, like 3c:7c:3f:1a:2b:4d.</source>
        <translation>六组 0–9 和 a–f，例如 3c:7c:3f:1a:2b:4d。</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>大小</translation>
    </message>
    <message>
        <source>Size not known</source>
        <translation>大小未知</translation>
    </message>
    <message>
        <source>Skip it to hear of the next one only.</source>
        <translation>跳过它，有下一个版本时再提示。</translation>
    </message>
    <message>
        <source>Skip this version</source>
        <translation>跳过此版本</translation>
    </message>
    <message>
        <source>Smaller and faster, a little less exact. Ollama does it, which takes minutes.</source>
        <translation>更小、更快，精度略低。由 Ollama 完成，需要几分钟。</translation>
    </message>
    <message>
        <source>So free disk space on “{server}” isn’t known. Its entry can say where the folder is.</source>
        <translation>因此无法得知“{server}”上的可用磁盘空间。可以在服务器设置中指明文件夹的位置。</translation>
    </message>
    <message>
        <source>So many tokens from the beginning stay when the context is full.</source>
        <translation>上下文已满时，开头保留这么多个词元。</translation>
    </message>
    <message>
        <source>So sizes and newer versions of models can’t be looked up from this computer.</source>
        <translation>因此无法从这台电脑查询模型的大小和新版本。</translation>
    </message>
    <message>
        <source>Some settings can’t be used</source>
        <translation>部分设置无法使用</translation>
    </message>
    <message>
        <source>Some settings can’t be used: {reason}</source>
        <translation>部分设置无法使用：{reason}</translation>
    </message>
    <message>
        <source>Somebody replaced it on “{server}” at {time}, after you chose to update.</source>
        <translation>在你选择更新之后，有人于 {time} 替换了“{server}”上的它。</translation>
    </message>
    <message>
        <source>Somebody replaced it on “{server}”, after you chose to update.</source>
        <translation>在你选择更新之后，有人替换了“{server}”上的它。</translation>
    </message>
    <message>
        <source>Something answers at {address}, but it isn’t Ollama.</source>
        <translation>{address} 有响应，但不是 Ollama。</translation>
    </message>
    <message>
        <source>Something answers, but it isn’t Ollama</source>
        <translation>有响应，但不是 Ollama</translation>
    </message>
    <message>
        <source>Something else is where {path} should be.</source>
        <translation>{path} 的位置被其他文件或文件夹占用。</translation>
    </message>
    <message>
        <source>Something in front of Ollama on “{server}” has a problem (HTTP {status}).</source>
        <translation>“{server}”上位于 Ollama 前面的程序出现问题（HTTP {status}）。</translation>
    </message>
    <message>
        <source>Something in front of Ollama on “{server}” refused this (HTTP {status}).</source>
        <translation>“{server}”上位于 Ollama 前面的程序拒绝了此请求（HTTP {status}）。</translation>
    </message>
    <message>
        <source>Something is missing before or after “{piece}”.</source>
        <translation>“{piece}”前面或后面缺少内容。</translation>
    </message>
    <message>
        <source>Something went wrong</source>
        <translation>出现问题</translation>
    </message>
    <message>
        <source>Something went wrong in Ollama Tray</source>
        <translation>Ollama Tray 出现问题</translation>
    </message>
    <message>
        <source>Sort by</source>
        <translation>排序方式</translation>
    </message>
    <message>
        <source>Speed during the last 2 minutes</source>
        <translation>最近 2 分钟的速度</translation>
    </message>
    <message>
        <source>Star a model in its menu or in its details.</source>
        <translation>可在模型的菜单或详细信息中加星标。</translation>
    </message>
    <message>
        <source>Star {name}</source>
        <translation>为 {name} 加星标</translation>
    </message>
    <message>
        <source>Star, or take the star</source>
        <translation>加星标或取消星标</translation>
    </message>
    <message>
        <source>Starred</source>
        <comment>a model</comment>
        <translation>已加星标</translation>
    </message>
    <message>
        <source>Starred</source>
        <translation>已加星标</translation>
    </message>
    <message>
        <source>Start &amp;Ollama with Ollama Tray if it isn’t running</source>
        <translation>如果 Ollama 没有运行，随 Ollama Tray 一起启动它(&amp;O)</translation>
    </message>
    <message>
        <source>Start Ollama</source>
        <translation>启动 Ollama</translation>
    </message>
    <message>
        <source>Start Ollama Tray when I &amp;sign in</source>
        <translation>登录时启动 Ollama Tray(&amp;S)</translation>
    </message>
    <message>
        <source>Start Ollama yourself</source>
        <translation>请自行启动 Ollama</translation>
    </message>
    <message>
        <source>Start Ollama.</source>
        <translation>请启动 Ollama。</translation>
    </message>
    <message>
        <source>Start again</source>
        <translation>重新开始</translation>
    </message>
    <message>
        <source>Start and close</source>
        <translation>启动和关闭</translation>
    </message>
    <message>
        <source>Start at login</source>
        <translation>登录时启动</translation>
    </message>
    <message>
        <source>Start at login can’t be changed</source>
        <translation>无法更改“登录时启动”</translation>
    </message>
    <message>
        <source>Start in the &amp;tray, without the window</source>
        <translation>启动时驻留托盘，不显示窗口(&amp;T)</translation>
    </message>
    <message>
        <source>Start {name} again</source>
        <translation>重新开始 {name}</translation>
    </message>
    <message>
        <source>Start {name} now</source>
        <translation>立即开始 {name}</translation>
    </message>
    <message>
        <source>Starting Ollama…</source>
        <translation>正在启动 Ollama…</translation>
    </message>
    <message>
        <source>Starting since {time}</source>
        <translation>自 {time} 起正在启动</translation>
    </message>
    <message>
        <source>Starting…</source>
        <translation>正在启动…</translation>
    </message>
    <message>
        <source>Starts the Ollama app or service that is installed here. Ollama Tray never stops a server it didn’t start.</source>
        <translation>启动此电脑上安装的 Ollama 应用或服务。Ollama Tray 绝不会停止不是由它启动的服务器。</translation>
    </message>
    <message>
        <source>Stayed on the card: {amount}</source>
        <translation>全部在显卡上：{amount}</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>停止</translation>
    </message>
    <message>
        <source>Stop &amp;keeping</source>
        <translation>停止保持(&amp;K)</translation>
    </message>
    <message>
        <source>Stop &amp;loading</source>
        <translation>停止加载(&amp;L)</translation>
    </message>
    <message>
        <source>Stop loading</source>
        <translation>停止加载</translation>
    </message>
    <message>
        <source>Stop waiting</source>
        <translation>不再等待</translation>
    </message>
    <message>
        <source>Stopped</source>
        <translation>已停止</translation>
    </message>
    <message>
        <source>Stopped loading {name}.</source>
        <translation>已停止加载 {name}。</translation>
    </message>
    <message>
        <source>Stopped.</source>
        <translation>已停止。</translation>
    </message>
    <message>
        <source>Stopped. No model was made.</source>
        <translation>已停止。没有创建模型。</translation>
    </message>
    <message>
        <source>Stopped. What has arrived is kept; the next pull continues from there.</source>
        <translation>已停止。已下载的部分会保留，下次拉取时继续。</translation>
    </message>
    <message>
        <source>Stopped: changed meanwhile</source>
        <translation>已停止：其间有改动</translation>
    </message>
    <message>
        <source>Stopping {name}…</source>
        <translation>正在停止 {name}…</translation>
    </message>
    <message>
        <source>Stopping…</source>
        <translation>正在停止…</translation>
    </message>
    <message>
        <source>Stray files lie among its models: {names}. Everything unused stays on disk until they are gone.</source>
        <translation>它的模型中混有多余的文件：{names}。移除之前，所有不再使用的内容都会留在磁盘上。</translation>
    </message>
    <message>
        <source>Suggestions from Ollama</source>
        <translation>Ollama 推荐</translation>
    </message>
    <message>
        <source>System</source>
        <translation>系统</translation>
    </message>
    <message>
        <source>System</source>
        <comment>a prompt</comment>
        <translation>系统提示词</translation>
    </message>
    <message>
        <source>System ({language})</source>
        <translation>系统（{language}）</translation>
    </message>
    <message>
        <source>System prompt</source>
        <translation>系统提示词</translation>
    </message>
    <message>
        <source>System setting</source>
        <translation>系统设置</translation>
    </message>
    <message>
        <source>T&amp;heme</source>
        <translation>主题(&amp;H)</translation>
    </message>
    <message>
        <source>T&amp;oken</source>
        <translation>令牌(&amp;O)</translation>
    </message>
    <message>
        <source>TB</source>
        <translation>TB</translation>
    </message>
    <message>
        <source>TO DOWNLOAD</source>
        <translation>需下载</translation>
    </message>
    <message>
        <source>Take it over again</source>
        <translation>重新沿用</translation>
    </message>
    <message>
        <source>Take over again</source>
        <translation>重新沿用</translation>
    </message>
    <message>
        <source>Take the star from {name}</source>
        <translation>取消 {name} 的星标</translation>
    </message>
    <message>
        <source>Taken from “{text}”</source>
        <translation>取自“{text}”</translation>
    </message>
    <message>
        <source>Takes disk space only for the parts that changed.</source>
        <translation>只有改变的部分会占用磁盘空间。</translation>
    </message>
    <message>
        <source>Takes no extra disk space.</source>
        <translation>不占用额外的磁盘空间。</translation>
    </message>
    <message>
        <source>Technical details</source>
        <translation>技术详情</translation>
    </message>
    <message>
        <source>Tell me when</source>
        <translation>何时通知</translation>
    </message>
    <message>
        <source>Template</source>
        <translation>模板</translation>
    </message>
    <message>
        <source>Tensor</source>
        <translation>张量</translation>
    </message>
    <message>
        <source>Test &amp;again</source>
        <translation>重新测试(&amp;A)</translation>
    </message>
    <message>
        <source>Testing…</source>
        <translation>正在测试…</translation>
    </message>
    <message>
        <source>Text model</source>
        <translation>文本模型</translation>
    </message>
    <message>
        <source>That frees {size}.</source>
        <translation>将释放 {size}。</translation>
    </message>
    <message>
        <source>The CA file for “{server}” can’t be used.</source>
        <translation>“{server}”的 CA 文件无法使用。</translation>
    </message>
    <message>
        <source>The Ollama app couldn’t be opened.</source>
        <translation>无法打开 Ollama 应用。</translation>
    </message>
    <message>
        <source>The Ollama app updates itself. Choose “Restart to update” in its own menu.</source>
        <translation>Ollama 应用会自行更新。请在它的菜单中选择“Restart to update”。</translation>
    </message>
    <message>
        <source>The address comes from OLLAMA_HOST</source>
        <translation>地址来自 OLLAMA_HOST</translation>
    </message>
    <message>
        <source>The answer came through the proxy {proxy}, which may have given it itself.</source>
        <translation>该响应经由代理 {proxy} 而来，可能是代理自己给出的。</translation>
    </message>
    <message>
        <source>The answer could not be written: {reason}</source>
        <translation>无法写出结果：{reason}</translation>
    </message>
    <message>
        <source>The answer ends where one of these texts would come.</source>
        <translation>一旦要出现其中某段文本，回答即结束。</translation>
    </message>
    <message>
        <source>The answer from “{server}” is compressed ({encoding}), which Ollama Tray didn’t ask for. Switch off compression in the proxy on the way.</source>
        <translation>“{server}”的响应经过压缩（{encoding}），而 Ollama Tray 并未要求压缩。请在中间的代理上关闭压缩。</translation>
    </message>
    <message>
        <source>The certificate is trusted</source>
        <translation>证书受信任</translation>
    </message>
    <message>
        <source>The certificate of “{server}” can’t be trusted.</source>
        <translation>“{server}”的证书不可信。</translation>
    </message>
    <message>
        <source>The certificate of “{server}” can’t be trusted: it has expired.</source>
        <translation>“{server}”的证书不可信：证书已过期。</translation>
    </message>
    <message>
        <source>The certificate of “{server}” can’t be trusted: it is for another name.</source>
        <translation>“{server}”的证书不可信：证书属于另一个名称。</translation>
    </message>
    <message>
        <source>The certificate of “{server}” can’t be trusted: it is self-signed.</source>
        <translation>“{server}”的证书不可信：证书是自签名的。</translation>
    </message>
    <message>
        <source>The certificate of “{server}” can’t be trusted: it isn’t valid yet.</source>
        <translation>“{server}”的证书不可信：证书尚未生效。</translation>
    </message>
    <message>
        <source>The certificate of “{server}” can’t be trusted: its issuer is unknown.</source>
        <translation>“{server}”的证书不可信：颁发者未知。</translation>
    </message>
    <message>
        <source>The certificate of “{server}” isn’t trusted</source>
        <translation>“{server}”的证书不受信任</translation>
    </message>
    <message numerus="yes">
        <source>The clocks differ by %Ln hours</source>
        <translation>
            <numerusform>时钟相差 %Ln 小时</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>The clocks differ by %Ln minutes</source>
        <translation>
            <numerusform>时钟相差 %Ln 分钟</numerusform>
        </translation>
    </message>
    <message>
        <source>The connection to “{server}” was lost.</source>
        <translation>与“{server}”的连接已断开。</translation>
    </message>
    <message>
        <source>The copy didn’t appear.</source>
        <translation>副本没有出现。</translation>
    </message>
    <message>
        <source>The copy failed and left the damaged name {copy}.</source>
        <translation>复制失败，留下了损坏的名称 {copy}。</translation>
    </message>
    <message>
        <source>The copy {copy} has another digest than {name}.</source>
        <translation>副本 {copy} 的摘要与 {name} 不同。</translation>
    </message>
    <message>
        <source>The damaged manifest of {name} stops all of it. Pull or copy onto that name, then delete it.</source>
        <translation>{name} 损坏的清单使清理完全停止。请向该名称拉取或复制一个模型，然后删除它。</translation>
    </message>
    <message>
        <source>The damaged name {name} is still there. Free some disk space and try again.</source>
        <translation>损坏的名称 {name} 仍然存在。请释放一些磁盘空间后重试。</translation>
    </message>
    <message>
        <source>The description of a model</source>
        <translation>模型的说明</translation>
    </message>
    <message>
        <source>The desktop has what Ollama Tray needs</source>
        <translation>桌面具备 Ollama Tray 所需的功能</translation>
    </message>
    <message>
        <source>The details are in the log. Use Copy to put them into a report.</source>
        <translation>详细信息在日志中。可以用“复制”把它们放入报告。</translation>
    </message>
    <message>
        <source>The disk is nearly full</source>
        <translation>磁盘空间即将用尽</translation>
    </message>
    <message>
        <source>The disk that {path} is on is read-only.</source>
        <translation>{path} 所在的磁盘是只读的。</translation>
    </message>
    <message>
        <source>The display “{name}” doesn’t answer, so no window can be shown.</source>
        <translation>显示器“{name}”没有响应，因此无法显示窗口。</translation>
    </message>
    <message>
        <source>The display “{name}” doesn’t let this program in. Start it as the user who is logged in there.</source>
        <translation>显示器“{name}”不允许此程序连接。请以在该显示器上登录的用户身份启动它。</translation>
    </message>
    <message>
        <source>The display “{name}” isn’t there any more, or never was. In a terminal, these work without one: ollama-tray list, show, ps, pull, rm, status, doctor.</source>
        <translation>显示器“{name}”已不存在，或者从未存在。在终端中，以下命令不需要显示器：ollama-tray list、show、ps、pull、rm、status、doctor。</translation>
    </message>
    <message>
        <source>The download ended before it was complete.</source>
        <translation>下载在完成前中断。</translation>
    </message>
    <message>
        <source>The downloads go into the queue.</source>
        <translation>下载会加入队列。</translation>
    </message>
    <message>
        <source>The file can’t be read</source>
        <translation>无法读取该文件</translation>
    </message>
    <message>
        <source>The file has changed</source>
        <translation>文件已更改</translation>
    </message>
    <message>
        <source>The file has changed since. Start again with the new one.</source>
        <translation>文件此后已更改。请用新文件重新开始。</translation>
    </message>
    <message>
        <source>The file is damaged</source>
        <translation>文件已损坏</translation>
    </message>
    <message>
        <source>The file is incomplete</source>
        <translation>文件不完整</translation>
    </message>
    <message>
        <source>The file is too large for a list</source>
        <translation>该文件过大，不像是列表</translation>
    </message>
    <message>
        <source>The file is too large for headers.</source>
        <translation>该文件太大，不可能是标头。</translation>
    </message>
    <message>
        <source>The file isn’t there any more</source>
        <translation>文件已不在原处</translation>
    </message>
    <message>
        <source>The file isn’t there any more: {path}</source>
        <translation>文件已不在原处：{path}</translation>
    </message>
    <message>
        <source>The graphics card that does what is not shared among several.</source>
        <translation>负责多显卡间不分摊工作的那块显卡。</translation>
    </message>
    <message>
        <source>The headers are refused</source>
        <translation>请求头被拒绝</translation>
    </message>
    <message>
        <source>The keyring didn’t take it. Kept until you quit.</source>
        <translation>密钥环未接受它。它会保留到您退出为止。</translation>
    </message>
    <message>
        <source>The keyring doesn’t work as it should.</source>
        <translation>密钥环工作不正常。</translation>
    </message>
    <message>
        <source>The keyring is locked</source>
        <translation>密钥环已锁定</translation>
    </message>
    <message>
        <source>The keyring is locked.</source>
        <translation>密钥环已锁定。</translation>
    </message>
    <message>
        <source>The keyring is open</source>
        <translation>密钥环已打开</translation>
    </message>
    <message>
        <source>The layers aren’t known yet.</source>
        <translation>层信息尚不清楚。</translation>
    </message>
    <message>
        <source>The layers of this model aren’t known.</source>
        <translation>此模型的层信息未知。</translation>
    </message>
    <message>
        <source>The library {library} is missing. Without it, no window can be shown.</source>
        <translation>缺少库 {library}，没有它就无法显示窗口。</translation>
    </message>
    <message>
        <source>The library {library} is missing. Without it, no window can be shown. Install {debian} (Debian, Ubuntu) or {fedora} (Fedora).</source>
        <translation>缺少库 {library}，没有它就无法显示窗口。请安装 {debian}（Debian、Ubuntu）或 {fedora}（Fedora）。</translation>
    </message>
    <message>
        <source>The list of kept models could not be written: {reason}</source>
        <translation>无法写入保持加载的列表：{reason}</translation>
    </message>
    <message>
        <source>The list of loaded models</source>
        <translation>已加载模型的列表</translation>
    </message>
    <message>
        <source>The list of models</source>
        <translation>模型列表</translation>
    </message>
    <message>
        <source>The list was made by a newer Ollama Tray</source>
        <translation>该列表由更新版本的 Ollama Tray 创建</translation>
    </message>
    <message>
        <source>The list wasn’t saved to {file}: {reason}</source>
        <translation>列表未能保存到 {file}：{reason}</translation>
    </message>
    <message>
        <source>The log says why. Everything else is fine.</source>
        <translation>原因见日志。其余内容不受影响。</translation>
    </message>
    <message>
        <source>The longest answer in tokens; -1 sets no limit.</source>
        <translation>回答的最大词元数；-1 表示不限。</translation>
    </message>
    <message>
        <source>The model folder can be read</source>
        <translation>模型文件夹可以读取</translation>
    </message>
    <message>
        <source>The model folder can be read, {size} free</source>
        <translation>模型文件夹可以读取，剩余 {size}</translation>
    </message>
    <message>
        <source>The model folder can’t be read</source>
        <translation>无法读取模型文件夹</translation>
    </message>
    <message>
        <source>The model folder isn’t seen</source>
        <translation>看不到模型文件夹</translation>
    </message>
    <message>
        <source>The model folders can be read</source>
        <translation>各模型文件夹可以读取</translation>
    </message>
    <message>
        <source>The model has changed in the meantime.</source>
        <translation>模型在此期间发生了变化。</translation>
    </message>
    <message>
        <source>The name of a model, to learn its size, its parts and whether there is a newer version. The doctor looks whether it can be reached.</source>
        <translation>模型的名称，用于了解其大小、组成以及是否有新版本。诊断还会检查能否连接到它。</translation>
    </message>
    <message>
        <source>The name of the computer is missing.</source>
        <translation>缺少计算机名称。</translation>
    </message>
    <message>
        <source>The old version is kept until {date}.</source>
        <translation>旧版本保留至 {date}。</translation>
    </message>
    <message>
        <source>The old version of {name} is removed tomorrow.</source>
        <translation>{name} 的旧版本将于明天移除。</translation>
    </message>
    <message>
        <source>The old version of {name} stays: it is loaded.</source>
        <translation>{name} 的旧版本暂时保留：它已加载。</translation>
    </message>
    <message>
        <source>The old versions are kept until {date}.</source>
        <translation>旧版本保留至 {date}。</translation>
    </message>
    <message numerus="yes">
        <source>The other %Ln are ready.</source>
        <translation>
            <numerusform>其余 %Ln 个已就绪。</numerusform>
        </translation>
    </message>
    <message>
        <source>The other {size} are shared with {names} and stay.</source>
        <translation>其余 {size} 与 {names} 共用，会保留。</translation>
    </message>
    <message>
        <source>The others stay as they are. Downloads go on when this window is closed.</source>
        <translation>其他模型保持不变。关闭此窗口后下载继续进行。</translation>
    </message>
    <message>
        <source>The page of Ollama Tray</source>
        <translation>Ollama Tray 的主页</translation>
    </message>
    <message>
        <source>The password was not given, or this account may not start services.</source>
        <translation>没有输入密码，或者此帐户无权启动服务。</translation>
    </message>
    <message>
        <source>The proxy before “{server}” doesn’t answer</source>
        <translation>“{server}”前面的代理没有响应</translation>
    </message>
    <message>
        <source>The proxy before “{server}” takes no file this large (413). Raise its limit, or upload on that computer.</source>
        <translation>“{server}”前面的代理不接受这么大的文件（413）。请提高其上限，或在那台电脑上上传。</translation>
    </message>
    <message>
        <source>The proxy on the way to “{server}” refuses or doesn’t answer.</source>
        <translation>通往“{server}”的代理拒绝连接或没有响应。</translation>
    </message>
    <message>
        <source>The proxy on the way to “{server}” wants a sign-in.</source>
        <translation>通往“{server}”的代理要求登录。</translation>
    </message>
    <message>
        <source>The proxy {proxy} on the way to “{server}” answers with HTTP status {status}.</source>
        <translation>通往“{server}”的代理 {proxy} 返回 HTTP 状态码 {status}。</translation>
    </message>
    <message>
        <source>The proxy {proxy} on the way to “{server}” refuses or doesn’t answer.</source>
        <translation>通往“{server}”的代理 {proxy} 拒绝连接或没有响应。</translation>
    </message>
    <message>
        <source>The registry of Ollama</source>
        <translation>Ollama 的仓库</translation>
    </message>
    <message>
        <source>The rest is shared with {names} and stays.</source>
        <translation>其余部分与 {names} 共用，会保留。</translation>
    </message>
    <message>
        <source>The rest runs on the processor and is slower.</source>
        <translation>其余部分由处理器运行，速度较慢。</translation>
    </message>
    <message>
        <source>The running Ollama Tray is pulling {names}.</source>
        <translation>正在运行的 Ollama Tray 正在拉取 {names}。</translation>
    </message>
    <message>
        <source>The running Ollama Tray is updating {names}.</source>
        <translation>正在运行的 Ollama Tray 正在更新 {names}。</translation>
    </message>
    <message>
        <source>The running Ollama Tray keeps {name} loaded.</source>
        <translation>正在运行的 Ollama Tray 会保持加载 {name}。</translation>
    </message>
    <message>
        <source>The same as another line</source>
        <translation>与另一行相同</translation>
    </message>
    <message>
        <source>The same as entry {number}</source>
        <translation>与第 {number} 条相同</translation>
    </message>
    <message>
        <source>The same as line {number}</source>
        <translation>与第 {number} 行相同</translation>
    </message>
    <message>
        <source>The same for models that come from there, where you have allowed it.</source>
        <translation>对来自那里的模型同样如此，前提是你已允许。</translation>
    </message>
    <message>
        <source>The same for models that come from there.</source>
        <translation>对来自那里的模型同样如此。</translation>
    </message>
    <message>
        <source>The same number gives the same answer to the same question.</source>
        <translation>数字相同，同样的问题得到同样的回答。</translation>
    </message>
    <message>
        <source>The server answers with nothing. Behind a proxy, Ollama often lives under a path, like https://host/ollama.</source>
        <translation>服务器的响应是空的。在代理之后，Ollama 往往位于某个路径下，例如 https://host/ollama。</translation>
    </message>
    <message>
        <source>The server canceled the download.</source>
        <translation>服务器取消了下载。</translation>
    </message>
    <message>
        <source>The server can’t write to its model folder.</source>
        <translation>服务器无法写入模型文件夹。</translation>
    </message>
    <message>
        <source>The server couldn’t reach {registry}.</source>
        <translation>服务器无法连接 {registry}。</translation>
    </message>
    <message>
        <source>The server does the download itself, so you can still pull.</source>
        <translation>下载由服务器自行完成，因此仍可拉取。</translation>
    </message>
    <message>
        <source>The server doesn’t accept this name.</source>
        <translation>服务器不接受这个名称。</translation>
    </message>
    <message>
        <source>The server doesn’t say how large it is</source>
        <translation>服务器未说明其大小</translation>
    </message>
    <message>
        <source>The server doesn’t trust the certificate of {registry}.</source>
        <translation>服务器不信任 {registry} 的证书。</translation>
    </message>
    <message>
        <source>The server doesn’t trust the certificate of {registry}. The network may want a login first, or something on the way intercepts secure connections.</source>
        <translation>服务器不信任 {registry} 的证书。网络可能要求先登录，或者途中有设备拦截安全连接。</translation>
    </message>
    <message>
        <source>The server says nothing more.</source>
        <translation>服务器没有提供更多信息。</translation>
    </message>
    <message>
        <source>The server’s model folder can’t be found or read on this computer.</source>
        <translation>在本机上找不到或无法读取服务器的模型文件夹。</translation>
    </message>
    <message>
        <source>The service “{service}” couldn’t be started. Its log on this computer says why.</source>
        <translation>无法启动服务“{service}”。原因请看此电脑上它的日志。</translation>
    </message>
    <message>
        <source>The service “{service}” ended after {time}. Its log on this computer says why.</source>
        <translation>服务“{service}”在 {time}后结束了。原因请看此电脑上它的日志。</translation>
    </message>
    <message>
        <source>The settings could not be read. They are kept as {path}.</source>
        <translation>无法读取设置。原文件保存为 {path}。</translation>
    </message>
    <message>
        <source>The signal that wakes them, when you choose Wake.</source>
        <translation>你选择“唤醒”时发送的唤醒信号。</translation>
    </message>
    <message>
        <source>The system setting uses none for this address.</source>
        <translation>系统设置对此地址不使用代理。</translation>
    </message>
    <message>
        <source>The system setting uses {proxy} for this address.</source>
        <translation>系统设置对此地址使用 {proxy}。</translation>
    </message>
    <message>
        <source>The upload vanished from “{server}” before Ollama used it.</source>
        <translation>上传的内容在 Ollama 使用之前就从“{server}”上消失了。</translation>
    </message>
    <message>
        <source>The version in the list isn’t published any more.</source>
        <translation>列表中的版本已不再发布。</translation>
    </message>
    <message>
        <source>The version number</source>
        <translation>版本号</translation>
    </message>
    <message>
        <source>The version that is here now is kept until {date}.</source>
        <translation>现有版本将保留至{date}。</translation>
    </message>
    <message>
        <source>The whole value</source>
        <translation>完整的值</translation>
    </message>
    <message>
        <source>The window can’t be shown</source>
        <translation>无法显示窗口</translation>
    </message>
    <message>
        <source>The window is used instead. On GNOME, the AppIndicator extension adds one.</source>
        <translation>将改用窗口。在 GNOME 上，AppIndicator 扩展可以添加托盘。</translation>
    </message>
    <message numerus="yes">
        <source>Their %Ln models are shown as they were.</source>
        <translation>
            <numerusform>其 %Ln 个模型按先前的状态显示。</numerusform>
        </translation>
    </message>
    <message>
        <source>Their versions are new enough</source>
        <translation>各服务器的版本足够新</translation>
    </message>
    <message>
        <source>There are too many “/”. Use host/user/model:tag.</source>
        <translation>“/”太多。请使用 host/user/model:tag。</translation>
    </message>
    <message>
        <source>There is no display to show a window on. In a terminal, these work without one: ollama-tray list, show, ps, pull, rm, status, doctor.</source>
        <translation>没有可以显示窗口的屏幕。以下命令可以直接在终端中使用：ollama-tray list、show、ps、pull、rm、status、doctor。</translation>
    </message>
    <message>
        <source>There is no model name for this link. Type the name instead.</source>
        <translation>这个链接没有对应的模型名称。请直接输入名称。</translation>
    </message>
    <message>
        <source>There is no model with this name.</source>
        <translation>没有叫这个名称的模型。</translation>
    </message>
    <message>
        <source>There is no model {name} on “{server}”. Write it as the list does.</source>
        <translation>“{server}”上没有模型 {name}。请按列表中的写法填写。</translation>
    </message>
    <message>
        <source>There is no room left on the disk for {path}.</source>
        <translation>磁盘空间已满，无法写入 {path}。</translation>
    </message>
    <message>
        <source>There is nothing in it yet</source>
        <translation>里面还没有内容</translation>
    </message>
    <message>
        <source>There is nothing to do.</source>
        <translation>没有需要处理的下载。</translation>
    </message>
    <message>
        <source>There is nothing to start</source>
        <translation>没有可以启动的东西</translation>
    </message>
    <message>
        <source>There: {digests}</source>
        <translation>那边：{digests}</translation>
    </message>
    <message>
        <source>There’s no computer called “{host}” on your network.</source>
        <translation>网络中没有名为“{host}”的计算机。</translation>
    </message>
    <message>
        <source>There’s no model name in this file</source>
        <translation>此文件中没有模型名称</translation>
    </message>
    <message>
        <source>There’s nothing to export</source>
        <translation>没有可导出的内容</translation>
    </message>
    <message>
        <source>There’s nothing to offer</source>
        <translation>没有可供删除的模型</translation>
    </message>
    <message>
        <source>These are several models. Create one at a time.</source>
        <translation>这些是多个模型。请一次创建一个。</translation>
    </message>
    <message>
        <source>These models are made up. Nothing here is downloaded or deleted</source>
        <translation>这些模型是虚构的，不会真正下载或删除任何内容</translation>
    </message>
    <message>
        <source>They are asked for the names of the models that come from them.</source>
        <translation>会向它们查询来自它们的模型的名称。</translation>
    </message>
    <message>
        <source>They can be replaced, not removed.</source>
        <translation>可以替换，不能删除。</translation>
    </message>
    <message>
        <source>They continue when Ollama Tray starts again.</source>
        <translation>下次启动 Ollama Tray 时会继续。</translation>
    </message>
    <message>
        <source>They hold {size} until {date}.</source>
        <translation>它们占用 {size}，直到{date}。</translation>
    </message>
    <message>
        <source>Thinking</source>
        <translation>思考</translation>
    </message>
    <message>
        <source>This GGUF file is no model</source>
        <translation>这个 GGUF 文件不是模型</translation>
    </message>
    <message>
        <source>This GGUF file is of an old kind</source>
        <translation>这个 GGUF 文件的格式过旧</translation>
    </message>
    <message>
        <source>This Ollama ({version}) dropped {lost}, which it had.</source>
        <translation>此 Ollama（{version}）丢掉了它原有的 {lost}。</translation>
    </message>
    <message>
        <source>This Ollama ({version}) dropped {lost}, which {name} has.</source>
        <translation>此 Ollama（{version}）丢掉了 {name} 具有的 {lost}。</translation>
    </message>
    <message>
        <source>This Ollama can be used from your network</source>
        <translation>您网络中的其他设备可以使用此 Ollama</translation>
    </message>
    <message>
        <source>This Ollama ignores it</source>
        <translation>此 Ollama 会忽略它</translation>
    </message>
    <message>
        <source>This Ollama is reachable from this computer only</source>
        <translation>此 Ollama 只能从这台电脑访问</translation>
    </message>
    <message>
        <source>This computer</source>
        <translation>本机</translation>
    </message>
    <message>
        <source>This computer can’t reach {registry} ({reason}). The server does the download itself, so you can still pull.</source>
        <translation>本机无法连接 {registry}（{reason}）。下载由服务器自行完成，因此仍可拉取。</translation>
    </message>
    <message>
        <source>This computer doesn’t accept it.</source>
        <translation>此计算机不接受它。</translation>
    </message>
    <message>
        <source>This computer doesn’t go to sleep while it downloads. Settings, Downloads.</source>
        <translation>下载期间此电脑不会进入睡眠。可在“设置”的“下载”中更改。</translation>
    </message>
    <message>
        <source>This computer doesn’t know who signed it. Its CA file can be added.</source>
        <translation>此计算机不认识它的签发者。可以添加其 CA 文件。</translation>
    </message>
    <message>
        <source>This computer runs {version}, as a package of your distribution. It comes with your next system update.</source>
        <translation>这台电脑运行 {version}，由发行版的软件包安装。它会随下次系统更新一起到来。</translation>
    </message>
    <message>
        <source>This computer runs {version}, from Homebrew. This command updates it:</source>
        <translation>这台电脑运行 {version}，由 Homebrew 安装。用此命令更新：</translation>
    </message>
    <message>
        <source>This computer runs {version}, from the install script of ollama.com. This command updates it:</source>
        <translation>这台电脑运行 {version}，由 ollama.com 的安装脚本安装。用此命令更新：</translation>
    </message>
    <message>
        <source>This computer runs {version}, from winget. This command updates it:</source>
        <translation>这台电脑运行 {version}，由 winget 安装。用此命令更新：</translation>
    </message>
    <message>
        <source>This desktop doesn’t let programs from a sandbox do it.</source>
        <translation>此桌面不允许沙盒中的程序这样做。</translation>
    </message>
    <message>
        <source>This download is paused</source>
        <translation>此下载已暂停</translation>
    </message>
    <message>
        <source>This download is paused, {share}</source>
        <translation>此下载已暂停，{share}</translation>
    </message>
    <message>
        <source>This file can’t be read: {reason}</source>
        <translation>无法读取此文件：{reason}</translation>
    </message>
    <message>
        <source>This file holds no certificate.</source>
        <translation>此文件中没有证书。</translation>
    </message>
    <message>
        <source>This frees no disk space.</source>
        <translation>这不会释放磁盘空间。</translation>
    </message>
    <message>
        <source>This frees up to {size} of {listed}.</source>
        <translation>最多将释放 {listed} 中的 {size}。</translation>
    </message>
    <message>
        <source>This frees up to {size}.</source>
        <translation>最多将释放 {size}。</translation>
    </message>
    <message>
        <source>This frees {size} of {listed}.</source>
        <translation>将释放 {listed} 中的 {size}。</translation>
    </message>
    <message>
        <source>This frees {size}.</source>
        <translation>将释放 {size}。</translation>
    </message>
    <message>
        <source>This header stands here twice.</source>
        <translation>此标头重复出现。</translation>
    </message>
    <message>
        <source>This is an adapter, not a model</source>
        <translation>这是适配器，不是模型</translation>
    </message>
    <message>
        <source>This is no model to keep.</source>
        <translation>这不是可以保持的模型。</translation>
    </message>
    <message>
        <source>This is no name for a model.</source>
        <translation>这不是模型名称。</translation>
    </message>
    <message>
        <source>This is no rename.</source>
        <translation>这不是重命名请求。</translation>
    </message>
    <message>
        <source>This is no update.</source>
        <translation>这不是更新请求。</translation>
    </message>
    <message>
        <source>This is only the part that hears</source>
        <translation>这只是负责听声音的部分</translation>
    </message>
    <message>
        <source>This is only the part that sees</source>
        <translation>这只是负责看图片的部分</translation>
    </message>
    <message>
        <source>This is the list from {time}.</source>
        <translation>这是 {time} 的列表。</translation>
    </message>
    <message>
        <source>This is what they look like.</source>
        <translation>通知就是这个样子。</translation>
    </message>
    <message>
        <source>This is {version}. Its page says what’s new.</source>
        <translation>当前版本是 {version}。它的页面上有更新内容。</translation>
    </message>
    <message>
        <source>This isn’t a GGUF file</source>
        <translation>这不是 GGUF 文件</translation>
    </message>
    <message>
        <source>This isn’t a list of models</source>
        <translation>这不是模型列表</translation>
    </message>
    <message>
        <source>This model</source>
        <translation>此模型</translation>
    </message>
    <message>
        <source>This model has no Modelfile.</source>
        <translation>此模型没有 Modelfile。</translation>
    </message>
    <message>
        <source>This model has no license text.</source>
        <translation>此模型没有许可证文本。</translation>
    </message>
    <message>
        <source>This model has no system prompt.</source>
        <translation>此模型没有系统提示词。</translation>
    </message>
    <message>
        <source>This model has no template.</source>
        <translation>此模型没有模板。</translation>
    </message>
    <message>
        <source>This model is up to date</source>
        <translation>此模型已是最新</translation>
    </message>
    <message>
        <source>This model needs Ollama {needs}. Update Ollama on “{server}”, then retry.</source>
        <translation>此模型需要 Ollama {needs}。请更新“{server}”上的 Ollama，然后重试。</translation>
    </message>
    <message>
        <source>This model needs a newer Ollama than the one on “{server}”.</source>
        <translation>此模型需要比“{server}”上更新的 Ollama。</translation>
    </message>
    <message>
        <source>This model needs a newer Ollama. Update Ollama on “{server}”, then retry.</source>
        <translation>此模型需要更新版本的 Ollama。请更新“{server}”上的 Ollama，然后重试。</translation>
    </message>
    <message>
        <source>This model sets no parameters.</source>
        <translation>此模型没有设置参数。</translation>
    </message>
    <message>
        <source>This model was deleted.</source>
        <translation>此模型已被删除。</translation>
    </message>
    <message>
        <source>This part is too long: “{piece}”.</source>
        <translation>这一部分太长：“{piece}”。</translation>
    </message>
    <message>
        <source>This removes the entry only. Nothing is stored here.</source>
        <translation>只会移除这个条目，本地没有存储任何内容。</translation>
    </message>
    <message>
        <source>This server is not used.</source>
        <translation>未使用此服务器。</translation>
    </message>
    <message>
        <source>This server is used by nobody here.</source>
        <translation>这里没有使用这台服务器。</translation>
    </message>
    <message>
        <source>This system has no keyring.</source>
        <translation>此系统没有密钥环。</translation>
    </message>
    <message>
        <source>This system has no keyring. Enter it again.</source>
        <translation>此系统没有密钥环。请重新输入。</translation>
    </message>
    <message>
        <source>This system has no keyring. It is kept until you quit.</source>
        <translation>此系统没有密钥环。它会保留到您退出为止。</translation>
    </message>
    <message>
        <source>This system has no keyring. What you enter is kept until you quit.</source>
        <translation>此系统没有密钥环。输入的内容将保留到退出为止。</translation>
    </message>
    <message>
        <source>This was canceled before it finished.</source>
        <translation>操作在完成前已被取消。</translation>
    </message>
    <message>
        <source>TiB</source>
        <translation>TiB</translation>
    </message>
    <message>
        <source>Tight: {size} free</source>
        <translation>紧张：可用 {size}</translation>
    </message>
    <message>
        <source>Time</source>
        <translation>用时</translation>
    </message>
    <message>
        <source>To be rid of it, run this when it is in the list: {command}</source>
        <translation>如不需要它，请在它出现在列表中后运行：{command}</translation>
    </message>
    <message>
        <source>To download</source>
        <translation>需下载</translation>
    </message>
    <message>
        <source>To fix</source>
        <translation>需要解决</translation>
    </message>
    <message>
        <source>To start when you sign in, and to finish downloads in the tray</source>
        <translation>以便在您登录时启动，并在托盘中完成下载</translation>
    </message>
    <message>
        <source>To upload</source>
        <translation>需上传</translation>
    </message>
    <message>
        <source>To {host}.</source>
        <translation>转到 {host}。</translation>
    </message>
    <message>
        <source>Today, {time}</source>
        <translation>今天 {time}</translation>
    </message>
    <message>
        <source>Together the first two took {amount} of graphics memory.</source>
        <translation>前两个共占用 {amount} 显存。</translation>
    </message>
    <message>
        <source>Together they took {amount} of graphics memory.</source>
        <translation>共占用 {amount} 显存。</translation>
    </message>
    <message>
        <source>Together they took {amount} of memory.</source>
        <translation>共占用 {amount} 内存。</translation>
    </message>
    <message>
        <source>Together those that fit took {amount} of graphics memory.</source>
        <translation>放得下的共占用 {amount} 显存。</translation>
    </message>
    <message>
        <source>Too large for {size}</source>
        <translation>太大，{size} 放不下</translation>
    </message>
    <message>
        <source>Too large: about {percent} of it fits in graphics memory</source>
        <translation>太大：显存只能容纳约 {percent}</translation>
    </message>
    <message>
        <source>Too long for the keyring: at most {count} characters.</source>
        <translation>对密钥环而言过长：最多 {count} 个字符。</translation>
    </message>
    <message>
        <source>Took {took}</source>
        <translation>占用 {took}</translation>
    </message>
    <message>
        <source>Tools</source>
        <translation>工具</translation>
    </message>
    <message>
        <source>Tray</source>
        <translation>托盘</translation>
    </message>
    <message>
        <source>Tray &amp;icon</source>
        <translation>托盘图标(&amp;I)</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>再试一次</translation>
    </message>
    <message>
        <source>Try again in {time}.</source>
        <translation>请在 {time} 后重试。</translation>
    </message>
    <message>
        <source>Try again later.</source>
        <translation>请稍后重试。</translation>
    </message>
    <message>
        <source>Try its address without {path}.</source>
        <translation>请尝试去掉 {path} 的地址。</translation>
    </message>
    <message>
        <source>Try now</source>
        <translation>立即重试</translation>
    </message>
    <message>
        <source>Try to clean up</source>
        <translation>尝试清理</translation>
    </message>
    <message>
        <source>Try {name} again now</source>
        <translation>立即重试 {name}</translation>
    </message>
    <message>
        <source>Trying again at {time}.</source>
        <translation>将于 {time} 重试。</translation>
    </message>
    <message>
        <source>Trying again in {time}</source>
        <translation>{time}后重试</translation>
    </message>
    <message>
        <source>Trying again…</source>
        <translation>正在重试…</translation>
    </message>
    <message>
        <source>Type a name first.</source>
        <translation>请先输入名称。</translation>
    </message>
    <message>
        <source>Type a name, or paste a link or an “ollama run” command.</source>
        <translation>输入名称，或粘贴链接或“ollama run”命令。</translation>
    </message>
    <message>
        <source>Type an address, like 127.0.0.1:11434.</source>
        <translation>请输入地址，例如 127.0.0.1:11434。</translation>
    </message>
    <message>
        <source>UNTIL</source>
        <translation>卸载时间</translation>
    </message>
    <message>
        <source>Un&amp;load</source>
        <translation>卸载(&amp;L)</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>撤销</translation>
    </message>
    <message>
        <source>Unexpected answer</source>
        <translation>意外的响应</translation>
    </message>
    <message>
        <source>Unfinished downloads</source>
        <translation>未完成的下载</translation>
    </message>
    <message>
        <source>Unfinished downloads {size}</source>
        <translation>未完成的下载 {size}</translation>
    </message>
    <message>
        <source>Unload</source>
        <translation>卸载</translation>
    </message>
    <message>
        <source>Unload all</source>
        <translation>全部卸载</translation>
    </message>
    <message>
        <source>Unload all {count}</source>
        <translation>全部卸载（{count} 个）</translation>
    </message>
    <message>
        <source>Unload {name} ({left})</source>
        <translation>卸载 {name}（{left}）</translation>
    </message>
    <message>
        <source>Unload {name} ({size}, {left})</source>
        <translation>卸载 {name}（{size}，{left}）</translation>
    </message>
    <message>
        <source>Unloaded {names}. They are no longer kept.</source>
        <translation>已卸载 {names}，不再保持它们。</translation>
    </message>
    <message>
        <source>Unloaded {name}.</source>
        <translation>已卸载 {name}。</translation>
    </message>
    <message>
        <source>Unloaded {name}. It’s no longer kept.</source>
        <translation>已卸载 {name}，不再保持。</translation>
    </message>
    <message>
        <source>Unloading the loaded version…</source>
        <translation>正在卸载已加载的版本…</translation>
    </message>
    <message>
        <source>Unloading…</source>
        <translation>正在卸载…</translation>
    </message>
    <message>
        <source>Unloads in {time}</source>
        <translation>{time}后卸载</translation>
    </message>
    <message>
        <source>Unlock</source>
        <translation>解锁</translation>
    </message>
    <message>
        <source>Until it answers, nothing is sent to {servers}.</source>
        <translation>在它响应之前，不会向{servers}发送任何内容。</translation>
    </message>
    <message>
        <source>Up</source>
        <translation>上移</translation>
    </message>
    <message>
        <source>Up to 10 times, with growing pauses. Errors that a retry can’t fix are never retried.</source>
        <translation>最多 10 次，间隔逐渐延长。重试无法解决的错误不会重试。</translation>
    </message>
    <message>
        <source>Up to 8. Secret ones are kept in your system’s keyring.</source>
        <translation>最多 8 个。机密请求头保存在系统密钥环中。</translation>
    </message>
    <message>
        <source>Up to date</source>
        <translation>已是最新</translation>
    </message>
    <message>
        <source>Up to date meanwhile</source>
        <translation>其间已是最新</translation>
    </message>
    <message>
        <source>Up to date on {date}</source>
        <translation>{date}时是最新的</translation>
    </message>
    <message>
        <source>Up to date, checked {time}</source>
        <translation>已是最新，检查于{time}</translation>
    </message>
    <message>
        <source>Up to {needed} more were needed.</source>
        <translation>最多还需要 {needed}。</translation>
    </message>
    <message>
        <source>Up to {needed} more were needed; {free} are free.</source>
        <translation>最多还需要 {needed}；可用 {free}。</translation>
    </message>
    <message>
        <source>Up to {size}</source>
        <translation>最多 {size}</translation>
    </message>
    <message>
        <source>Up to {size}, the rest stays for {names}</source>
        <translation>最多 {size}，其余部分为 {names} 保留</translation>
    </message>
    <message>
        <source>Update</source>
        <comment>how a model stands</comment>
        <translation>更新</translation>
    </message>
    <message>
        <source>Update</source>
        <comment>badge: there is one</comment>
        <translation>可更新</translation>
    </message>
    <message>
        <source>Update</source>
        <comment>a model</comment>
        <translation>更新</translation>
    </message>
    <message numerus="yes">
        <source>Update %Ln models on {servers} servers?</source>
        <translation>
            <numerusform>更新 {servers} 台服务器上的 %Ln 个模型？</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Update %Ln models on “{server}”?</source>
        <translation>
            <numerusform>更新“{server}”上的 %Ln 个模型？</numerusform>
        </translation>
    </message>
    <message>
        <source>Update Ollama Tray, then import it again.</source>
        <translation>请先更新 Ollama Tray，再重新导入。</translation>
    </message>
    <message>
        <source>Update Ollama there first.</source>
        <translation>请先更新那里的 Ollama。</translation>
    </message>
    <message>
        <source>Update all, {size}…</source>
        <translation>全部更新，{size}…</translation>
    </message>
    <message>
        <source>Update all…</source>
        <translation>全部更新…</translation>
    </message>
    <message>
        <source>Update anyway…</source>
        <translation>仍要更新…</translation>
    </message>
    <message>
        <source>Update models</source>
        <translation>更新模型</translation>
    </message>
    <message>
        <source>Update stopped</source>
        <translation>更新已停止</translation>
    </message>
    <message>
        <source>Update, {size}</source>
        <translation>更新，{size}</translation>
    </message>
    <message>
        <source>Update, {size}…</source>
        <translation>更新，{size}…</translation>
    </message>
    <message>
        <source>Updated</source>
        <translation>已更新</translation>
    </message>
    <message>
        <source>Updated {name}, {size}.</source>
        <translation>已更新 {name}，{size}。</translation>
    </message>
    <message>
        <source>Updated, but Ollama kept unused layers</source>
        <translation>已更新，但 Ollama 保留了未使用的层</translation>
    </message>
    <message>
        <source>Updates</source>
        <translation>可更新</translation>
    </message>
    <message>
        <source>Updates ({count})</source>
        <translation>更新 ({count})</translation>
    </message>
    <message numerus="yes">
        <source>Updates for %Ln models</source>
        <translation>
            <numerusform>%Ln 个模型可更新</numerusform>
        </translation>
    </message>
    <message>
        <source>Updating {percent}</source>
        <translation>正在更新 {percent}</translation>
    </message>
    <message>
        <source>Updating…</source>
        <translation>正在更新…</translation>
    </message>
    <message>
        <source>Upload</source>
        <comment>the file that is uploaded</comment>
        <translation>上传</translation>
    </message>
    <message>
        <source>Uploading</source>
        <translation>正在上传</translation>
    </message>
    <message>
        <source>Uploads and old versions; the newest was written {ago}.</source>
        <translation>上传的文件和旧版本；最新的写于{ago}。</translation>
    </message>
    <message>
        <source>Use either :local or :cloud, not both.</source>
        <translation>只能使用 :local 或 :cloud 之一。</translation>
    </message>
    <message>
        <source>Use http</source>
        <translation>使用 http</translation>
    </message>
    <message>
        <source>Use https</source>
        <translation>使用 https</translation>
    </message>
    <message>
        <source>Use https:// in its address.</source>
        <translation>请在其地址中使用 https://。</translation>
    </message>
    <message>
        <source>Use https…</source>
        <translation>使用 https…</translation>
    </message>
    <message>
        <source>Use no proxy</source>
        <translation>不使用代理</translation>
    </message>
    <message>
        <source>Use the address where Ollama itself answers.</source>
        <translation>请使用由 Ollama 本身响应的地址。</translation>
    </message>
    <message>
        <source>Use the address {address}</source>
        <translation>请使用地址 {address}</translation>
    </message>
    <message>
        <source>Use {address}</source>
        <translation>使用 {address}</translation>
    </message>
    <message>
        <source>Use {name}</source>
        <translation>使用 {name}</translation>
    </message>
    <message>
        <source>Use {server}</source>
        <translation>使用 {server}</translation>
    </message>
    <message>
        <source>User name and password</source>
        <translation>用户名和密码</translation>
    </message>
    <message>
        <source>User name and password taken out of the address.</source>
        <translation>已从地址中取出用户名和密码。</translation>
    </message>
    <message>
        <source>Valid</source>
        <translation>有效期</translation>
    </message>
    <message>
        <source>Value</source>
        <translation>值</translation>
    </message>
    <message>
        <source>Values in quotes, with commas between</source>
        <translation>用引号括起各值，以逗号分隔</translation>
    </message>
    <message>
        <source>Verifying files</source>
        <translation>正在校验文件</translation>
    </message>
    <message>
        <source>Version</source>
        <translation>版本</translation>
    </message>
    <message>
        <source>Version of {date}</source>
        <translation>{date}的版本</translation>
    </message>
    <message>
        <source>Version of {date}: skipped</source>
        <translation>{date}的版本：已跳过</translation>
    </message>
    <message>
        <source>Version {version}</source>
        <translation>版本 {version}</translation>
    </message>
    <message>
        <source>Versions</source>
        <translation>版本</translation>
    </message>
    <message>
        <source>Versions, settings, last errors. Server names and tokens are left out.</source>
        <translation>包含版本、设置和最近的错误，不含服务器名称和令牌。</translation>
    </message>
    <message>
        <source>Vision</source>
        <translation>视觉</translation>
    </message>
    <message>
        <source>Vision model</source>
        <translation>视觉模型</translation>
    </message>
    <message>
        <source>Wait longer</source>
        <translation>继续等待</translation>
    </message>
    <message>
        <source>Wait until the checks are done</source>
        <translation>请等待检查完成</translation>
    </message>
    <message>
        <source>Wait until the current action has finished</source>
        <translation>请等待当前操作完成</translation>
    </message>
    <message>
        <source>Wait until the present work on it is done</source>
        <translation>请等待对它的当前操作完成</translation>
    </message>
    <message>
        <source>Waiting</source>
        <translation>等待中</translation>
    </message>
    <message>
        <source>Waiting for the keyring</source>
        <translation>正在等待密钥环</translation>
    </message>
    <message>
        <source>Waiting for the keyring…</source>
        <translation>正在等待密钥环…</translation>
    </message>
    <message>
        <source>Waiting for “{server}”</source>
        <translation>正在等待“{server}”</translation>
    </message>
    <message>
        <source>Waiting for “{server}” to start</source>
        <translation>正在等待“{server}”启动</translation>
    </message>
    <message>
        <source>Waiting for “{server}” to wake up</source>
        <translation>正在等待“{server}”唤醒</translation>
    </message>
    <message>
        <source>Waiting, {nth} in line</source>
        <comment>{n} is the bare number</comment>
        <translation>等待中，排在第 {n} 位</translation>
    </message>
    <message>
        <source>Waiting: its server is not set up any more</source>
        <translation>等待中：它的服务器已不在设置中</translation>
    </message>
    <message>
        <source>Waits for free disk space</source>
        <translation>等待可用磁盘空间</translation>
    </message>
    <message>
        <source>Waits for {size} more of free disk space</source>
        <translation>还需要 {size} 可用磁盘空间</translation>
    </message>
    <message>
        <source>Waits until the quiet hours end</source>
        <translation>等待免打扰时段结束</translation>
    </message>
    <message>
        <source>Waits until {time}</source>
        <translation>等到 {time}</translation>
    </message>
    <message>
        <source>Wake</source>
        <translation>唤醒</translation>
    </message>
    <message>
        <source>Wake again</source>
        <translation>再次唤醒</translation>
    </message>
    <message>
        <source>Wake “{server}”</source>
        <translation>唤醒“{server}”</translation>
    </message>
    <message>
        <source>Waking “{server}”… That can take up to three minutes.</source>
        <translation>正在唤醒“{server}”…最多可能需要三分钟。</translation>
    </message>
    <message>
        <source>Waking…</source>
        <translation>正在唤醒…</translation>
    </message>
    <message>
        <source>Wants https</source>
        <translation>要求 https</translation>
    </message>
    <message numerus="yes">
        <source>Watched for %Ln days only.</source>
        <translation>
            <numerusform>只观察了 %Ln 天。</numerusform>
        </translation>
    </message>
    <message>
        <source>Weights</source>
        <translation>权重</translation>
    </message>
    <message>
        <source>What answers at “{server}” is no longer Ollama.</source>
        <translation>“{server}”上响应的已不是 Ollama。</translation>
    </message>
    <message>
        <source>What differs</source>
        <translation>不同之处</translation>
    </message>
    <message>
        <source>What differs is listed below.</source>
        <translation>差异列在下方。</translation>
    </message>
    <message>
        <source>What differs…</source>
        <translation>不同之处…</translation>
    </message>
    <message>
        <source>What else lies there</source>
        <translation>其他文件</translation>
    </message>
    <message>
        <source>What else lies there isn’t readable for you.</source>
        <translation>您无权读取其他文件。</translation>
    </message>
    <message>
        <source>What is loaded is no longer installed</source>
        <translation>已加载的模型已不在列表中</translation>
    </message>
    <message>
        <source>What leaves this computer</source>
        <translation>哪些内容会离开这台电脑</translation>
    </message>
    <message>
        <source>What may be thrown away</source>
        <translation>可以删除的内容</translation>
    </message>
    <message>
        <source>What signs in to {servers} is missing in the keyring.</source>
        <translation>密钥环中缺少{servers}的登录信息。</translation>
    </message>
    <message>
        <source>What signs in to “{server}” is missing</source>
        <translation>缺少“{server}”的登录信息</translation>
    </message>
    <message>
        <source>What signs in travels encrypted</source>
        <translation>登录信息经加密传输</translation>
    </message>
    <message>
        <source>What signs in travels unencrypted to “{server}”.</source>
        <translation>登录信息以未加密方式发送到“{server}”。</translation>
    </message>
    <message>
        <source>What takes the space</source>
        <translation>空间占用</translation>
    </message>
    <message>
        <source>What the copy left was cleaned up.</source>
        <translation>复制留下的残留内容已清理。</translation>
    </message>
    <message>
        <source>What this GGUF file says of itself is too long</source>
        <translation>这个 GGUF 文件的说明部分过长</translation>
    </message>
    <message>
        <source>What was downloaded in the last 30 days.</source>
        <translation>最近 30 天的下载。</translation>
    </message>
    <message>
        <source>What was learned could not be written down: {reason}</source>
        <translation>无法保存得到的信息：{reason}</translation>
    </message>
    <message>
        <source>What was uploaded goes when Ollama is started more than an hour later.</source>
        <translation>已上传的内容会在一小时后 Ollama 再次启动时清除。</translation>
    </message>
    <message>
        <source>What will be sent</source>
        <translation>将发送的内容</translation>
    </message>
    <message>
        <source>What you use it for</source>
        <translation>您用它做什么</translation>
    </message>
    <message>
        <source>What {address} sends is not what Ollama sends.</source>
        <translation>{address} 返回的内容不是 Ollama 的内容。</translation>
    </message>
    <message>
        <source>When</source>
        <translation>何时</translation>
    </message>
    <message>
        <source>When models were used is not known: Ollama Tray hasn’t watched.</source>
        <translation>不知道模型何时用过：Ollama Tray 尚未观察过。</translation>
    </message>
    <message>
        <source>When no data has arrived for</source>
        <translation>没有收到数据超过</translation>
    </message>
    <message>
        <source>When to download</source>
        <translation>下载时机</translation>
    </message>
    <message>
        <source>Where is the log?</source>
        <translation>日志在哪里？</translation>
    </message>
    <message>
        <source>Where the files are</source>
        <translation>文件所在位置</translation>
    </message>
    <message>
        <source>Where this computer sees that folder, for free disk space.</source>
        <translation>此计算机上看到该文件夹的位置，用于计算可用磁盘空间。</translation>
    </message>
    <message>
        <source>Whether it fits in graphics memory isn’t known there</source>
        <translation>不清楚那里的显存能否容纳</translation>
    </message>
    <message>
        <source>Which of the two</source>
        <translation>两者中的哪一个</translation>
    </message>
    <message>
        <source>Which version is the newest, once a week, where no store or package manager brings it. Nothing of yours is told.</source>
        <translation>在没有应用商店或软件包管理器提供更新时，每周查询一次最新版本，不会透露你的任何信息。</translation>
    </message>
    <message>
        <source>Which version is the newest, once a week. Nothing of yours is told.</source>
        <translation>每周查询一次最新版本，不会透露你的任何信息。</translation>
    </message>
    <message>
        <source>Window system</source>
        <translation>窗口系统</translation>
    </message>
    <message>
        <source>Windows, macOS: switch off “Expose Ollama to the network” in Ollama’s settings.</source>
        <translation>Windows、macOS：在 Ollama 的设置中关闭“Expose Ollama to the network”。</translation>
    </message>
    <message>
        <source>With</source>
        <comment>a file beside the model&apos;s, which is chosen behind this word</comment>
        <translation>连同</translation>
    </message>
    <message>
        <source>With context</source>
        <translation>上下文</translation>
    </message>
    <message>
        <source>With {file}, so that it hears sound</source>
        <translation>连同 {file}，使其能听声音</translation>
    </message>
    <message>
        <source>With {file}, so that it sees pictures</source>
        <translation>连同 {file}，使其能看图片</translation>
    </message>
    <message>
        <source>With {file}, so that it sees pictures and hears sound</source>
        <translation>连同 {file}，使其能看图片、听声音</translation>
    </message>
    <message>
        <source>Without a port, 11434 is used.</source>
        <translation>未指定端口时使用 11434。</translation>
    </message>
    <message>
        <source>Without a port, 11434 is used. A link like https://user:password@host is taken apart.</source>
        <translation>未指定端口时使用 11434。形如 https://user:password@host 的链接会被拆开。</translation>
    </message>
    <message>
        <source>Without a port, 11434 is used; with http:// it is 80, with https:// 443.</source>
        <translation>不写端口时使用 11434；以 http:// 开头时为 80，以 https:// 开头时为 443。</translation>
    </message>
    <message>
        <source>Without a port, 443 is used.</source>
        <translation>未指定端口时使用 443。</translation>
    </message>
    <message>
        <source>Without a port, 80 is used.</source>
        <translation>未指定端口时使用 80。</translation>
    </message>
    <message>
        <source>Without encryption</source>
        <translation>未加密</translation>
    </message>
    <message>
        <source>Without that file, Ollama removes {size} of this at its next start.</source>
        <translation>没有那个文件时，Ollama 下次启动会清除其中的 {size}。</translation>
    </message>
    <message>
        <source>Without that file, Ollama removes {size} of this at its next start: also what {name} has so far.</source>
        <translation>没有那个文件时，Ollama 下次启动会清除其中的 {size}，包括 {name} 已下载的部分。</translation>
    </message>
    <message>
        <source>Without that, Ollama removes {size} of this at its next start.</source>
        <translation>否则 Ollama 下次启动时会清除其中的 {size}。</translation>
    </message>
    <message>
        <source>Without that, Ollama removes {size} of this at its next start: also what {name} has so far.</source>
        <translation>否则 Ollama 下次启动时会清除其中的 {size}，包括 {name} 已下载的部分。</translation>
    </message>
    <message>
        <source>Worth knowing</source>
        <translation>值得了解</translation>
    </message>
    <message>
        <source>Would wait for “{server}”</source>
        <translation>将等待“{server}”</translation>
    </message>
    <message>
        <source>Would wait for “{server}” to wake up</source>
        <translation>将等待“{server}”唤醒</translation>
    </message>
    <message>
        <source>Wrong password or token</source>
        <translation>密码或令牌错误</translation>
    </message>
    <message>
        <source>Wrong token</source>
        <translation>令牌错误</translation>
    </message>
    <message>
        <source>Wrong user name or password</source>
        <translation>用户名或密码错误</translation>
    </message>
    <message>
        <source>Yes</source>
        <translation>是</translation>
    </message>
    <message>
        <source>Yes or no</source>
        <translation>是或否</translation>
    </message>
    <message>
        <source>Yesterday</source>
        <translation>昨天</translation>
    </message>
    <message>
        <source>You already have this version</source>
        <translation>已有此版本</translation>
    </message>
    <message>
        <source>You can go back at any time.</source>
        <translation>你可以随时恢复。</translation>
    </message>
    <message>
        <source>You can pull it again as long as {registry} has it.</source>
        <translation>只要 {registry} 上还有该模型，以后就可以重新拉取。</translation>
    </message>
    <message numerus="yes">
        <source>You can pull the models again later.</source>
        <translation>
            <numerusform>之后可以重新拉取这些模型。</numerusform>
        </translation>
    </message>
    <message>
        <source>You chose that no registry is asked about this name.</source>
        <translation>你已选择不向任何仓库询问此名称。</translation>
    </message>
    <message>
        <source>You hear of the next one only.</source>
        <translation>有下一个版本时再提示。</translation>
    </message>
    <message>
        <source>You see the plan first.</source>
        <translation>会先显示导入计划。</translation>
    </message>
    <message>
        <source>You see what it costs first.</source>
        <translation>创建之前会显示所需空间。</translation>
    </message>
    <message>
        <source>Your Ollama servers</source>
        <translation>你的 Ollama 服务器</translation>
    </message>
    <message>
        <source>Your desktop couldn’t do it.</source>
        <translation>您的桌面未能完成此操作。</translation>
    </message>
    <message>
        <source>Your desktop doesn’t answer.</source>
        <translation>您的桌面没有响应。</translation>
    </message>
    <message>
        <source>Your desktop shows no tray</source>
        <translation>您的桌面不显示托盘</translation>
    </message>
    <message>
        <source>Your desktop shows no tray. On GNOME, the AppIndicator extension adds one.</source>
        <translation>您的桌面没有显示托盘。在 GNOME 上，AppIndicator 扩展可以添加托盘。</translation>
    </message>
    <message>
        <source>Your headers travel unencrypted to “{server}”</source>
        <translation>您的请求头未加密地传输到“{server}”</translation>
    </message>
    <message>
        <source>Your headers travel unencrypted to “{server}”.</source>
        <translation>您的请求头将以未加密方式发送到“{server}”。</translation>
    </message>
    <message>
        <source>Your password travels unencrypted to “{server}”</source>
        <translation>您的密码未加密地传输到“{server}”</translation>
    </message>
    <message>
        <source>Your password travels unencrypted to “{server}”.</source>
        <translation>您的密码将以未加密方式发送到“{server}”。</translation>
    </message>
    <message>
        <source>Your token travels unencrypted to “{server}”</source>
        <translation>您的令牌未加密地传输到“{server}”</translation>
    </message>
    <message>
        <source>Your token travels unencrypted to “{server}”.</source>
        <translation>您的令牌将以未加密方式发送到“{server}”。</translation>
    </message>
    <message>
        <source>Yours is of {date}.</source>
        <translation>你的版本日期为 {date}。</translation>
    </message>
    <message numerus="yes">
        <source>[%Ln values]</source>
        <translation>
            <numerusform>[%Ln 个值]</numerusform>
        </translation>
    </message>
    <message>
        <source>[1 value]</source>
        <translation>[1 个值]</translation>
    </message>
    <message>
        <source>[y/N]</source>
        <translation>[y/N]</translation>
    </message>
    <message>
        <source>a few seconds left</source>
        <translation>还剩几秒</translation>
    </message>
    <message>
        <source>a part of it is too long</source>
        <translation>其中一部分过长</translation>
    </message>
    <message>
        <source>a web page answers</source>
        <translation>响应的是一个网页</translation>
    </message>
    <message>
        <source>about {size} of memory</source>
        <translation>需要内存约 {size}</translation>
    </message>
    <message>
        <source>about {time} left</source>
        <translation>大约剩余 {time}</translation>
    </message>
    <message>
        <source>access refused</source>
        <translation>访问被拒绝</translation>
    </message>
    <message>
        <source>and</source>
        <comment>between two times</comment>
        <translation>至</translation>
    </message>
    <message numerus="yes">
        <source>and %Ln more</source>
        <comment>models</comment>
        <translation>
            <numerusform>以及另外 %Ln 个</numerusform>
        </translation>
    </message>
    <message>
        <source>another address</source>
        <translation>地址已变更</translation>
    </message>
    <message>
        <source>another page answers</source>
        <translation>响应的是其他页面</translation>
    </message>
    <message>
        <source>another program answers</source>
        <translation>应答的是其他程序</translation>
    </message>
    <message>
        <source>as in {name}</source>
        <translation>与 {name} 相同</translation>
    </message>
    <message>
        <source>as it is now</source>
        <translation>与现在相同</translation>
    </message>
    <message>
        <source>back to Ollama’s default</source>
        <translation>恢复 Ollama 的默认值</translation>
    </message>
    <message>
        <source>back to Ollama’s default, {value}</source>
        <translation>恢复 Ollama 的默认值 {value}</translation>
    </message>
    <message>
        <source>bytes</source>
        <translation>字节</translation>
    </message>
    <message>
        <source>cancel asks before it drops much, and there is no terminal to ask in.</source>
        <translation>cancel 在丢弃大量数据前会询问，但这里没有可供询问的终端。</translation>
    </message>
    <message>
        <source>canceled</source>
        <translation>已取消</translation>
    </message>
    <message>
        <source>certificate not trusted</source>
        <translation>证书不受信任</translation>
    </message>
    <message>
        <source>changed</source>
        <translation>已更改</translation>
    </message>
    <message>
        <source>chat template</source>
        <translation>有对话模板</translation>
    </message>
    <message>
        <source>checking the file</source>
        <translation>正在检查文件</translation>
    </message>
    <message>
        <source>cloud</source>
        <translation>云端</translation>
    </message>
    <message>
        <source>cloud</source>
        <comment>said by a screen reader</comment>
        <translation>云端</translation>
    </message>
    <message>
        <source>connecting…</source>
        <translation>正在连接…</translation>
    </message>
    <message>
        <source>connection lost</source>
        <translation>连接已断开</translation>
    </message>
    <message>
        <source>context {length}</source>
        <translation>上下文 {length}</translation>
    </message>
    <message>
        <source>context {n}</source>
        <translation>上下文 {n}</translation>
    </message>
    <message>
        <source>deleted</source>
        <comment>a model that was made</comment>
        <translation>已删除</translation>
    </message>
    <message>
        <source>deleted</source>
        <translation>已删除</translation>
    </message>
    <message>
        <source>done</source>
        <translation>已完成</translation>
    </message>
    <message>
        <source>downloading</source>
        <translation>正在下载</translation>
    </message>
    <message numerus="yes">
        <source>emptied, had %Ln values</source>
        <translation>
            <numerusform>已清空，原有 %Ln 个值</numerusform>
        </translation>
    </message>
    <message>
        <source>en</source>
        <comment>code of the language of this translation</comment>
        <translation>zh_CN</translation>
    </message>
    <message>
        <source>failed</source>
        <translation>失败</translation>
    </message>
    <message>
        <source>fetching {size} again</source>
        <translation>重新获取 {size}</translation>
    </message>
    <message>
        <source>files no model uses</source>
        <translation>没有模型使用的文件</translation>
    </message>
    <message>
        <source>finishing</source>
        <translation>正在完成</translation>
    </message>
    <message>
        <source>free of {size} on {place}</source>
        <translation>可用，共 {size}，位于 {place}</translation>
    </message>
    <message>
        <source>free on {place}</source>
        <translation>可用，位于 {place}</translation>
    </message>
    <message>
        <source>frees no disk space</source>
        <translation>不释放磁盘空间</translation>
    </message>
    <message>
        <source>frees up to {size}</source>
        <translation>最多释放 {size}</translation>
    </message>
    <message>
        <source>frees {size}</source>
        <translation>释放 {size}</translation>
    </message>
    <message>
        <source>gibibytes</source>
        <translation>吉字节（1024）</translation>
    </message>
    <message>
        <source>gigabytes</source>
        <translation>吉字节</translation>
    </message>
    <message>
        <source>gone there</source>
        <translation>那边已没有</translation>
    </message>
    <message>
        <source>import asks before it begins, and there is no terminal to ask in.</source>
        <translation>import 会在开始前询问，但这里没有可供询问的终端。</translation>
    </message>
    <message>
        <source>in graphics memory</source>
        <translation>显存占用</translation>
    </message>
    <message>
        <source>in memory</source>
        <translation>内存占用</translation>
    </message>
    <message>
        <source>in use, or being unloaded</source>
        <translation>正在使用或正在卸载</translation>
    </message>
    <message>
        <source>in {time}</source>
        <translation>{time}后</translation>
    </message>
    <message>
        <source>instead of {value}</source>
        <translation>取代 {value}</translation>
    </message>
    <message>
        <source>it asks for a newer Ollama</source>
        <translation>它要求更新版本的 Ollama</translation>
    </message>
    <message>
        <source>it can’t be made from {piece}</source>
        <translation>无法由 {piece} 创建</translation>
    </message>
    <message>
        <source>it contains a space</source>
        <translation>含有空格</translation>
    </message>
    <message>
        <source>it contains “{piece}”</source>
        <translation>含有“{piece}”</translation>
    </message>
    <message>
        <source>it ends in both :local and :cloud</source>
        <translation>同时以 :local 和 :cloud 结尾</translation>
    </message>
    <message>
        <source>it has too many “/”</source>
        <translation>“/”过多</translation>
    </message>
    <message>
        <source>it is empty</source>
        <translation>为空</translation>
    </message>
    <message>
        <source>its address isn’t valid</source>
        <translation>其地址无效</translation>
    </message>
    <message>
        <source>just now</source>
        <translation>刚刚</translation>
    </message>
    <message>
        <source>kept</source>
        <comment>said by a screen reader</comment>
        <translation>已保持</translation>
    </message>
    <message>
        <source>kept</source>
        <comment>a model stays in memory</comment>
        <translation>保留</translation>
    </message>
    <message>
        <source>kept, not in memory</source>
        <comment>said by a screen reader</comment>
        <translation>已保持，不在内存中</translation>
    </message>
    <message>
        <source>keyring locked</source>
        <translation>密钥环已锁定</translation>
    </message>
    <message>
        <source>kibibytes</source>
        <translation>千字节（1024）</translation>
    </message>
    <message>
        <source>kilobytes</source>
        <translation>千字节</translation>
    </message>
    <message>
        <source>last reached {time}</source>
        <translation>上次连接于 {time}</translation>
    </message>
    <message>
        <source>license</source>
        <comment>part of a model, in a list</comment>
        <translation>许可证</translation>
    </message>
    <message>
        <source>list of texts</source>
        <translation>文本列表</translation>
    </message>
    <message>
        <source>llama3.2, qwen3:8b, hf.co/user/repo:Q4_K_M</source>
        <translation>llama3.2、qwen3:8b、hf.co/user/repo:Q4_K_M</translation>
    </message>
    <message>
        <source>loaded</source>
        <comment>said by a screen reader</comment>
        <translation>已加载</translation>
    </message>
    <message>
        <source>looking at the server</source>
        <translation>正在查看服务器</translation>
    </message>
    <message>
        <source>making the model</source>
        <translation>正在创建模型</translation>
    </message>
    <message>
        <source>making the model, will be deleted</source>
        <translation>正在创建模型，完成后删除</translation>
    </message>
    <message>
        <source>making {type}</source>
        <comment>Q4_K_M, in the middle of a line</comment>
        <translation>正在生成 {type}</translation>
    </message>
    <message>
        <source>mebibytes</source>
        <translation>兆字节（1024）</translation>
    </message>
    <message>
        <source>megabytes</source>
        <translation>兆字节</translation>
    </message>
    <message>
        <source>messages</source>
        <comment>part of a model, in a list</comment>
        <translation>消息</translation>
    </message>
    <message>
        <source>more than a day left</source>
        <translation>剩余一天以上</translation>
    </message>
    <message>
        <source>name</source>
        <comment>of a parameter</comment>
        <translation>名称</translation>
    </message>
    <message>
        <source>name lookup failed</source>
        <translation>域名解析失败</translation>
    </message>
    <message>
        <source>new</source>
        <translation>新增</translation>
    </message>
    <message>
        <source>no</source>
        <translation>否</translation>
    </message>
    <message>
        <source>no answer from {registry}</source>
        <translation>{registry} 没有回应</translation>
    </message>
    <message>
        <source>no answer in time</source>
        <translation>没有及时响应</translation>
    </message>
    <message>
        <source>no network</source>
        <translation>没有网络</translation>
    </message>
    <message>
        <source>no network route to it</source>
        <translation>没有通往该处的网络</translation>
    </message>
    <message>
        <source>no secure connection</source>
        <translation>无法建立安全连接</translation>
    </message>
    <message>
        <source>no usable answer from {registry}</source>
        <translation>{registry} 没有给出可用的回应</translation>
    </message>
    <message>
        <source>none</source>
        <translation>没有</translation>
    </message>
    <message>
        <source>not an address</source>
        <translation>不是有效地址</translation>
    </message>
    <message>
        <source>not asked: what signs in is not there</source>
        <translation>未询问：缺少登录信息</translation>
    </message>
    <message>
        <source>not found</source>
        <translation>未找到</translation>
    </message>
    <message>
        <source>not known</source>
        <translation>未知</translation>
    </message>
    <message>
        <source>not measured</source>
        <translation>未测量</translation>
    </message>
    <message>
        <source>not running</source>
        <translation>未运行</translation>
    </message>
    <message>
        <source>not ticked</source>
        <translation>未勾选</translation>
    </message>
    <message>
        <source>nothing</source>
        <comment>to download</comment>
        <translation>无</translation>
    </message>
    <message>
        <source>nothing answers there</source>
        <translation>没有响应</translation>
    </message>
    <message>
        <source>now</source>
        <comment>end of a time axis</comment>
        <translation>现在</translation>
    </message>
    <message>
        <source>number</source>
        <translation>数字</translation>
    </message>
    <message>
        <source>of them shared {size}</source>
        <translation>其中共用 {size}</translation>
    </message>
    <message>
        <source>of {size}</source>
        <translation>/ {size}</translation>
    </message>
    <message>
        <source>off</source>
        <comment>a server in a list</comment>
        <translation>已停用</translation>
    </message>
    <message>
        <source>off since {time}</source>
        <translation>自 {time} 起离线</translation>
    </message>
    <message>
        <source>offline</source>
        <translation>离线</translation>
    </message>
    <message>
        <source>offline since {time}</source>
        <translation>{time} 起离线</translation>
    </message>
    <message>
        <source>old version</source>
        <comment>said by a screen reader</comment>
        <translation>旧版本</translation>
    </message>
    <message>
        <source>old version kept until {date}</source>
        <translation>旧版本保留到{date}</translation>
    </message>
    <message>
        <source>ollama.com answers</source>
        <translation>ollama.com 有响应</translation>
    </message>
    <message>
        <source>ollama.com doesn’t answer</source>
        <translation>ollama.com 没有响应</translation>
    </message>
    <message>
        <source>ollama.com is behind a SOCKS proxy</source>
        <translation>ollama.com 位于 SOCKS 代理之后</translation>
    </message>
    <message>
        <source>on</source>
        <comment>a server in a list</comment>
        <translation>已启用</translation>
    </message>
    <message>
        <source>on {server}</source>
        <comment>behind the name of a model</comment>
        <translation>在 {server} 上</translation>
    </message>
    <message>
        <source>on {server}</source>
        <comment>a model on a server</comment>
        <translation>在 {server} 上</translation>
    </message>
    <message>
        <source>one is added</source>
        <translation>添加一份</translation>
    </message>
    <message>
        <source>online</source>
        <translation>在线</translation>
    </message>
    <message>
        <source>online, {loaded}</source>
        <comment>2 loaded</comment>
        <translation>在线，{loaded}</translation>
    </message>
    <message>
        <source>other</source>
        <translation>其他</translation>
    </message>
    <message>
        <source>other content</source>
        <translation>内容不同</translation>
    </message>
    <message>
        <source>out of reach</source>
        <translation>无法连接</translation>
    </message>
    <message>
        <source>parameters</source>
        <comment>part of a model, in a list</comment>
        <translation>参数</translation>
    </message>
    <message>
        <source>paused</source>
        <translation>已暂停</translation>
    </message>
    <message>
        <source>pinned</source>
        <comment>said by a screen reader</comment>
        <translation>已固定</translation>
    </message>
    <message>
        <source>pull asks before it replaces what is kept nowhere else, and there is no terminal to ask in.</source>
        <translation>pull 在替换别处没有保存的模型前会询问，但这里没有可供询问的终端。</translation>
    </message>
    <message>
        <source>replaced by {size}</source>
        <translation>替换为 {size}</translation>
    </message>
    <message>
        <source>reports an error</source>
        <translation>报告错误</translation>
    </message>
    <message>
        <source>rm asks before it deletes, and there is no terminal to ask in.</source>
        <translation>rm 在删除前会询问，但这里没有可供询问的终端。</translation>
    </message>
    <message>
        <source>running</source>
        <translation>正在运行</translation>
    </message>
    <message>
        <source>running, does not answer</source>
        <translation>正在运行，没有响应</translation>
    </message>
    <message>
        <source>sign-in needed</source>
        <translation>需要登录</translation>
    </message>
    <message>
        <source>something is missing before or after “{piece}”</source>
        <translation>“{piece}”之前或之后缺少内容</translation>
    </message>
    <message>
        <source>stalled</source>
        <translation>停滞</translation>
    </message>
    <message>
        <source>starred</source>
        <comment>said by a screen reader</comment>
        <translation>已加星标</translation>
    </message>
    <message>
        <source>starting</source>
        <comment>a download</comment>
        <translation>正在开始</translation>
    </message>
    <message>
        <source>starting…</source>
        <translation>正在启动…</translation>
    </message>
    <message>
        <source>stays awake</source>
        <comment>this computer</comment>
        <translation>不休眠</translation>
    </message>
    <message>
        <source>stays until you unload it</source>
        <translation>保留到手动卸载为止</translation>
    </message>
    <message>
        <source>stored once</source>
        <translation>只存一份</translation>
    </message>
    <message>
        <source>system prompt</source>
        <comment>part of a model, in a list</comment>
        <translation>系统提示词</translation>
    </message>
    <message>
        <source>tebibytes</source>
        <translation>太字节（1024）</translation>
    </message>
    <message>
        <source>template</source>
        <comment>part of a model, in a list</comment>
        <translation>模板</translation>
    </message>
    <message>
        <source>terabytes</source>
        <translation>太字节</translation>
    </message>
    <message>
        <source>the address of the proxy is wrong</source>
        <translation>代理地址有误</translation>
    </message>
    <message>
        <source>the connection was lost</source>
        <translation>连接已断开</translation>
    </message>
    <message>
        <source>the file’s own type</source>
        <translation>文件原有的类型</translation>
    </message>
    <message>
        <source>the first {lines}</source>
        <translation>前 {lines}</translation>
    </message>
    <message>
        <source>the link is to no whole model</source>
        <translation>该链接不指向完整的模型</translation>
    </message>
    <message>
        <source>the messages</source>
        <translation>消息</translation>
    </message>
    <message>
        <source>the name</source>
        <translation>名称</translation>
    </message>
    <message>
        <source>the proxy refuses or doesn’t answer</source>
        <translation>代理拒绝连接或没有响应</translation>
    </message>
    <message>
        <source>the recipes beside it can’t be read</source>
        <translation>无法读取同名的配方文件</translation>
    </message>
    <message>
        <source>the same</source>
        <translation>相同</translation>
    </message>
    <message>
        <source>the tag after “:” is missing</source>
        <translation>“:”之后缺少标签</translation>
    </message>
    <message>
        <source>the user after “{piece}” is missing</source>
        <translation>“{piece}”之后缺少用户名</translation>
    </message>
    <message>
        <source>the value of {piece} is of the wrong type</source>
        <translation>{piece} 的值类型不对</translation>
    </message>
    <message>
        <source>ticked</source>
        <translation>已勾选</translation>
    </message>
    <message>
        <source>today, {time}</source>
        <translation>今天 {time}</translation>
    </message>
    <message>
        <source>too many requests for now</source>
        <translation>暂时请求过多</translation>
    </message>
    <message>
        <source>took here</source>
        <comment>memory, a column</comment>
        <translation>本机占用</translation>
    </message>
    <message>
        <source>trying again</source>
        <translation>正在重试</translation>
    </message>
    <message>
        <source>unfinished</source>
        <translation>未完成</translation>
    </message>
    <message>
        <source>unknown</source>
        <translation>未知</translation>
    </message>
    <message>
        <source>unknown size</source>
        <translation>大小未知</translation>
    </message>
    <message>
        <source>unloading</source>
        <translation>正在卸载</translation>
    </message>
    <message>
        <source>unloads in {time}</source>
        <translation>{time}后卸载</translation>
    </message>
    <message>
        <source>unreadable answer</source>
        <translation>响应无法读取</translation>
    </message>
    <message>
        <source>until unloaded</source>
        <translation>直到手动卸载</translation>
    </message>
    <message>
        <source>up to {size}</source>
        <translation>最多 {size}</translation>
    </message>
    <message>
        <source>update asks before it replaces models, and there is no terminal to ask in.</source>
        <translation>update 在替换模型前会询问，但这里没有可供询问的终端。</translation>
    </message>
    <message>
        <source>update available</source>
        <comment>said by a screen reader</comment>
        <translation>可更新</translation>
    </message>
    <message>
        <source>uploading</source>
        <translation>正在上传</translation>
    </message>
    <message>
        <source>value</source>
        <translation>值</translation>
    </message>
    <message>
        <source>verifying</source>
        <translation>正在校验</translation>
    </message>
    <message>
        <source>waiting</source>
        <translation>等待中</translation>
    </message>
    <message>
        <source>waiting for the keyring</source>
        <translation>正在等待密钥环</translation>
    </message>
    <message>
        <source>waiting for the model to appear</source>
        <translation>正在等待模型出现</translation>
    </message>
    <message>
        <source>waking…</source>
        <translation>正在唤醒…</translation>
    </message>
    <message>
        <source>wants https</source>
        <translation>要求使用 https</translation>
    </message>
    <message>
        <source>whole number</source>
        <translation>整数</translation>
    </message>
    <message>
        <source>will be deleted when ready</source>
        <translation>完成后将删除</translation>
    </message>
    <message>
        <source>wrong password or token</source>
        <translation>密码或令牌错误</translation>
    </message>
    <message>
        <source>y</source>
        <translation>是</translation>
    </message>
    <message>
        <source>yes</source>
        <translation>是</translation>
    </message>
    <message>
        <source>yes or no</source>
        <translation>是或否</translation>
    </message>
    <message>
        <source>yesterday</source>
        <translation>昨天</translation>
    </message>
    <message>
        <source>yesterday, {time}</source>
        <translation>昨天 {time}</translation>
    </message>
    <message>
        <source>{address} sends a web page.</source>
        <translation>{address} 返回的是网页。</translation>
    </message>
    <message>
        <source>{ago}, on {used} of {days} days</source>
        <translation>{ago}，{days} 天中有 {used} 天</translation>
    </message>
    <message>
        <source>{amount} selected</source>
        <comment>17.0 of 14.4 GB selected</comment>
        <translation>已选 {amount}</translation>
    </message>
    <message>
        <source>{amount}, {speed}</source>
        <comment>of a download</comment>
        <translation>{amount}，{speed}</translation>
    </message>
    <message>
        <source>{change}: {size}</source>
        <translation>{change}：{size}</translation>
    </message>
    <message>
        <source>{checks} on {servers}, {when}</source>
        <translation>{servers}，{checks}，{when}</translation>
    </message>
    <message>
        <source>{child} was built on the old version of {name}.</source>
        <translation>{child} 是基于 {name} 的旧版本制作的。</translation>
    </message>
    <message>
        <source>{column} (no room, widen the window)</source>
        <translation>{column}（空间不足，请加宽窗口）</translation>
    </message>
    <message>
        <source>{copy} is a copy of the old version of {name}.</source>
        <translation>{copy} 是 {name} 旧版本的副本。</translation>
    </message>
    <message>
        <source>{count} (default)</source>
        <comment>a context length</comment>
        <translation>{count}（默认）</translation>
    </message>
    <message>
        <source>{count} bytes ({decimal}, {binary})</source>
        <translation>{count} 字节（{decimal}，{binary}）</translation>
    </message>
    <message>
        <source>{count} more, in the menu of the main window</source>
        <translation>另有 {count} 个，请用主窗口中的菜单</translation>
    </message>
    <message>
        <source>{count} more…</source>
        <translation>另外 {count} 个…</translation>
    </message>
    <message>
        <source>{count} of {total} checks</source>
        <translation>已完成 {count}/{total} 项检查</translation>
    </message>
    <message>
        <source>{count} of {total} models couldn’t be checked.</source>
        <translation>{total} 个模型中有 {count} 个无法检查。</translation>
    </message>
    <message>
        <source>{count} of {total} models couldn’t be checked: {reason}.</source>
        <translation>{total} 个模型中有 {count} 个无法检查：{reason}。</translation>
    </message>
    <message>
        <source>{count} of {total} models have a newer version.</source>
        <translation>{total} 个模型中有 {count} 个有新版本。</translation>
    </message>
    <message>
        <source>{count} of {total}: nothing to download</source>
        <translation>{total} 项中的 {count} 项：无需下载</translation>
    </message>
    <message>
        <source>{count} of {total}: size not known yet</source>
        <translation>{total} 项中的 {count} 项：大小尚不清楚</translation>
    </message>
    <message>
        <source>{count} of {total}: {size} to download</source>
        <translation>{total} 项中的 {count} 项：需下载 {size}</translation>
    </message>
    <message>
        <source>{count} of {total}: {size} to download so far</source>
        <translation>{total} 项中的 {count} 项：目前需下载 {size}</translation>
    </message>
    <message>
        <source>{count} parameters</source>
        <translation>{count} 参数</translation>
    </message>
    <message>
        <source>{count}, the rest is left out</source>
        <translation>{count}，其余未显示</translation>
    </message>
    <message>
        <source>{count}, {origin}</source>
        <comment>2, as it is now</comment>
        <translation>{count} 条，{origin}</translation>
    </message>
    <message>
        <source>{count}, {size}</source>
        <translation>{count}，{size}</translation>
    </message>
    <message>
        <source>{count}, {size} in memory</source>
        <translation>{count}，内存占用 {size}</translation>
    </message>
    <message>
        <source>{cpu}%/{gpu}% CPU/GPU</source>
        <translation>{cpu}%/{gpu}% CPU/GPU</translation>
    </message>
    <message>
        <source>{date}, {time}</source>
        <translation>{date} {time}</translation>
    </message>
    <message>
        <source>{done} of {total}</source>
        <translation>{done}/{total}</translation>
    </message>
    <message>
        <source>{done} of {total} models deleted.</source>
        <translation>已删除 {total} 个模型中的 {done} 个。</translation>
    </message>
    <message>
        <source>{elapsed}, usually less than {usual}</source>
        <translation>{elapsed}，通常不超过 {usual}</translation>
    </message>
    <message>
        <source>{file} stops all of it. Delete that file, then restart Ollama.</source>
        <translation>{file} 使清理完全停止。请删除该文件，然后重启 Ollama。</translation>
    </message>
    <message>
        <source>{file}, a file of the Explorer, stops all of it. Delete that file, then restart Ollama.</source>
        <translation>资源管理器的文件 {file} 使清理完全停止。请删除该文件，然后重启 Ollama。</translation>
    </message>
    <message>
        <source>{file}, a file of the Finder, stops all of it. Delete that file, then restart Ollama.</source>
        <translation>访达的文件 {file} 使清理完全停止。请删除该文件，然后重启 Ollama。</translation>
    </message>
    <message>
        <source>{file}, line {number}</source>
        <translation>{file}，第 {number} 行</translation>
    </message>
    <message>
        <source>{filter}, {models}, filter</source>
        <translation>{filter}，{models}，筛选</translation>
    </message>
    <message>
        <source>{folder} can’t be written</source>
        <translation>{folder}：无法写入</translation>
    </message>
    <message>
        <source>{folder}: only {size} are free</source>
        <translation>{folder}：只剩 {size}</translation>
    </message>
    <message>
        <source>{found}, {size}</source>
        <comment>3 updates found, 12.4 gigabytes</comment>
        <translation>{found}，{size}</translation>
    </message>
    <message>
        <source>{found}, {size} to download.</source>
        <translation>{found}，需下载 {size}。</translation>
    </message>
    <message>
        <source>{free} free on {folder}, {left} afterwards.</source>
        <translation>{folder} 可用空间 {free}，之后剩余 {left}。</translation>
    </message>
    <message>
        <source>{from_date} to {to_date}</source>
        <translation>{from_date} 至 {to_date}</translation>
    </message>
    <message>
        <source>{graphics} graphics card, {processor} processor</source>
        <translation>{graphics} 显卡，{processor} 处理器</translation>
    </message>
    <message>
        <source>{here}, replaced by {there}</source>
        <translation>{here}，替换为 {there}</translation>
    </message>
    <message>
        <source>{host} answers that it has no such model, or hides it.</source>
        <translation>{host} 回应说没有这个模型，或者将其隐藏。</translation>
    </message>
    <message>
        <source>{host} isn’t allowed in Settings, Updates.</source>
        <translation>在“设置 › 更新”中未允许 {host}。</translation>
    </message>
    <message>
        <source>{kind}, {count} characters</source>
        <translation>{kind}，{count} 个字符</translation>
    </message>
    <message>
        <source>{kind}.</source>
        <comment>an architecture</comment>
        <translation>{kind}。</translation>
    </message>
    <message>
        <source>{kind}. A model of this kind is installed on “{server}”.</source>
        <translation>{kind}。“{server}”上安装了这类模型。</translation>
    </message>
    <message>
        <source>{kind}. No model of this kind is installed on “{server}”.</source>
        <translation>{kind}。“{server}”上没有安装这类模型。</translation>
    </message>
    <message>
        <source>{label}: {value}</source>
        <comment>a fact</comment>
        <translation>{label}：{value}</translation>
    </message>
    <message>
        <source>{layer}: {bytes}</source>
        <comment>a layer</comment>
        <translation>{layer}：{bytes}</translation>
    </message>
    <message>
        <source>{license}, as in {name}</source>
        <translation>{license}，与 {name} 相同</translation>
    </message>
    <message>
        <source>{line} (pinned)</source>
        <translation>{line}（已固定）</translation>
    </message>
    <message>
        <source>{loaded}, {size}</source>
        <translation>{loaded}，{size}</translation>
    </message>
    <message>
        <source>{loaded}, {size} in graphics memory</source>
        <translation>{loaded}，显存占用 {size}</translation>
    </message>
    <message>
        <source>{loaded}, {size} in memory</source>
        <translation>{loaded}，内存占用 {size}</translation>
    </message>
    <message>
        <source>{missing} short: {free} free</source>
        <translation>还差 {missing}：可用 {free}</translation>
    </message>
    <message>
        <source>{models} on {servers}</source>
        <comment>14 models on 3 servers</comment>
        <translation>{servers}上共 {models}</translation>
    </message>
    <message>
        <source>{models}, {loaded} loaded. Answered in {time} ms.</source>
        <translation>{models}，已加载 {loaded} 个。响应时间 {time} ms。</translation>
    </message>
    <message>
        <source>{models}. Answered in {time} ms.</source>
        <translation>{models}。响应时间 {time} ms。</translation>
    </message>
    <message>
        <source>{names} are kept and leave no room: {sums}</source>
        <translation>{names} 已保持，空间不足：{sums}</translation>
    </message>
    <message>
        <source>{names} are ready to use on “{server}”.</source>
        <translation>{names} 可以在“{server}”上使用了。</translation>
    </message>
    <message>
        <source>{names} are ready to use.</source>
        <translation>{names} 可以使用了。</translation>
    </message>
    <message>
        <source>{names} aren’t beside the others in {folder}.</source>
        <translation>{names} 不在 {folder} 中的其他部分旁边。</translation>
    </message>
    <message>
        <source>{names} free {size}. They were last seen longest ago.</source>
        <translation>删除 {names} 可释放 {size}。它们最久未出现在内存中。</translation>
    </message>
    <message numerus="yes">
        <source>{names} have newer versions, {size} to download.</source>
        <translation>
            <numerusform>{names} 有新版本，需要下载 {size}。</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{names} have newer versions.</source>
        <translation>
            <numerusform>{names} 有新版本。</numerusform>
        </translation>
    </message>
    <message>
        <source>{names} need your attention.</source>
        <translation>{names} 需要处理。</translation>
    </message>
    <message>
        <source>{names} share {size} of the {listed} listed here.</source>
        <translation>此处列出的 {listed} 中，{names} 共用 {size}。</translation>
    </message>
    <message>
        <source>{names} were pulled from addresses, not known registries.</source>
        <translation>{names} 是从 IP 地址拉取的，而不是已知的模型库。</translation>
    </message>
    <message>
        <source>{names}, {size} stored once</source>
        <translation>{names}，{size}，只存一份</translation>
    </message>
    <message numerus="yes">
        <source>{name} (on %Ln servers)</source>
        <translation>
            <numerusform>{name}（在 %Ln 台服务器上）</numerusform>
        </translation>
    </message>
    <message>
        <source>{name} becomes what it was before the update of {date}. Nothing is downloaded.</source>
        <translation>{name} 将恢复到{date}更新之前的状态。无需下载。</translation>
    </message>
    <message>
        <source>{name} can’t be changed now: {state}.</source>
        <translation>现在无法更改 {name}：{state}。</translation>
    </message>
    <message>
        <source>{name} could not be created.</source>
        <translation>无法创建 {name}。</translation>
    </message>
    <message>
        <source>{name} could not be downloaded.</source>
        <translation>{name} 下载失败。</translation>
    </message>
    <message>
        <source>{name} couldn’t be read</source>
        <translation>无法读取 {name}</translation>
    </message>
    <message>
        <source>{name} download</source>
        <comment>said by a screen reader</comment>
        <translation>{name} 的下载</translation>
    </message>
    <message>
        <source>{name} exists now. Choose another name.</source>
        <translation>{name} 现在已存在。请换一个名称。</translation>
    </message>
    <message>
        <source>{name} exists. Creating would replace it.</source>
        <translation>{name} 已存在，创建会替换它。</translation>
    </message>
    <message>
        <source>{name} frees {size}. It was last seen longest ago.</source>
        <translation>删除 {name} 可释放 {size}。它最久未出现在内存中。</translation>
    </message>
    <message>
        <source>{name} goes on by itself.</source>
        <translation>{name} 会自动继续。</translation>
    </message>
    <message>
        <source>{name} has been loaded meanwhile.</source>
        <translation>{name} 在此期间已被加载。</translation>
    </message>
    <message>
        <source>{name} has changed in the meantime, so nothing was done.</source>
        <translation>{name} 在此期间发生了变化，因此没有执行任何操作。</translation>
    </message>
    <message>
        <source>{name} has changed meanwhile, so it was left alone.</source>
        <translation>{name} 其间有改动，因此未做处理。</translation>
    </message>
    <message>
        <source>{name} has changed meanwhile. Close this and open it again.</source>
        <translation>{name} 其间有改动。请关闭此窗口后重新打开。</translation>
    </message>
    <message>
        <source>{name} has changed meanwhile. Update it still?</source>
        <translation>{name} 其间有改动。仍要更新吗？</translation>
    </message>
    <message>
        <source>{name} has changed meanwhile. What it is now was read again.</source>
        <translation>{name} 其间有改动，已重新读取其现状。</translation>
    </message>
    <message>
        <source>{name} has none.</source>
        <translation>{name} 没有。</translation>
    </message>
    <message>
        <source>{name} has the same name.</source>
        <translation>{name} 的名称相同。</translation>
    </message>
    <message>
        <source>{name} is already here</source>
        <translation>{name} 已存在</translation>
    </message>
    <message>
        <source>{name} is already on {servers}</source>
        <translation>{name} 已在{servers}上</translation>
    </message>
    <message>
        <source>{name} is another version by now.</source>
        <translation>{name} 现在已是另一个版本。</translation>
    </message>
    <message>
        <source>{name} is being deleted. Wait until that is done.</source>
        <translation>正在删除 {name}。请等待完成。</translation>
    </message>
    <message>
        <source>{name} is being downloaded and shares layers with it. The delete waits until that download is done.</source>
        <translation>正在下载的 {name} 与它共用层。删除会等到该下载完成后再进行。</translation>
    </message>
    <message>
        <source>{name} is being loaded. Wait until that is done.</source>
        <translation>正在加载 {name}。请等待完成。</translation>
    </message>
    <message>
        <source>{name} is being renamed. Wait until that is done.</source>
        <translation>正在重命名 {name}。请等待完成。</translation>
    </message>
    <message>
        <source>{name} is being unloaded. Wait until that is done.</source>
        <translation>正在卸载 {name}。请等待完成。</translation>
    </message>
    <message>
        <source>{name} is being updated. Wait until that is done.</source>
        <translation>正在更新 {name}。请等待完成。</translation>
    </message>
    <message>
        <source>{name} is being worked on. Wait until that is done.</source>
        <translation>正在处理 {name}。请等待完成。</translation>
    </message>
    <message>
        <source>{name} is busy. It is unloaded when it has answered.</source>
        <translation>{name} 正忙。回答完后会卸载。</translation>
    </message>
    <message>
        <source>{name} is called that already.</source>
        <translation>{name} 已经是这个名称。</translation>
    </message>
    <message>
        <source>{name} is damaged on this computer</source>
        <translation>这台电脑上的 {name} 已损坏</translation>
    </message>
    <message>
        <source>{name} is damaged on “{server}”</source>
        <translation>“{server}”上的 {name} 已损坏</translation>
    </message>
    <message>
        <source>{name} is deleted only once its copy is seen.</source>
        <translation>只有看到副本后才会删除 {name}。</translation>
    </message>
    <message>
        <source>{name} is here and up to date.</source>
        <translation>{name} 已存在，而且是最新版本。</translation>
    </message>
    <message>
        <source>{name} is in the downloads already.</source>
        <translation>{name} 已在下载列表中。</translation>
    </message>
    <message>
        <source>{name} is in the downloads. Wait until that is done.</source>
        <translation>{name} 在下载列表中。请等待完成。</translation>
    </message>
    <message>
        <source>{name} is kept and leaves no room: {sums}</source>
        <translation>{name} 已保持，空间不足：{sums}</translation>
    </message>
    <message>
        <source>{name} is loaded on “{server}” and will be unloaded first. Apps that are using it will stop getting answers.</source>
        <translation>{name} 已在“{server}”上加载，将先被卸载。正在使用它的应用将收不到回答。</translation>
    </message>
    <message>
        <source>{name} is no longer kept loaded.</source>
        <translation>不再保持加载 {name}。</translation>
    </message>
    <message>
        <source>{name} is no longer kept.</source>
        <translation>不再保持 {name}。</translation>
    </message>
    <message>
        <source>{name} is on the list. It is kept loaded while Ollama Tray runs: start it.</source>
        <translation>{name} 已在列表中。Ollama Tray 运行时会保持加载它：请启动 Ollama Tray。</translation>
    </message>
    <message>
        <source>{name} is pinned: it is left out of updates.</source>
        <translation>{name} 已固定：更新时会跳过它。</translation>
    </message>
    <message numerus="yes">
        <source>{name} is ready to use on %Ln servers.</source>
        <translation>
            <numerusform>{name} 已可在 %Ln 台服务器上使用。</numerusform>
        </translation>
    </message>
    <message>
        <source>{name} is ready to use on “{server}”.</source>
        <translation>{name} 可以在“{server}”上使用了。</translation>
    </message>
    <message>
        <source>{name} is ready to use.</source>
        <translation>{name} 可以使用了。</translation>
    </message>
    <message>
        <source>{name} is what it was before the update, and pinned.</source>
        <translation>{name} 已恢复到更新之前的版本，并已固定。</translation>
    </message>
    <message>
        <source>{name} is what it was before.</source>
        <translation>{name} 已恢复原样。</translation>
    </message>
    <message>
        <source>{name} isn’t beside the others in {folder}.</source>
        <translation>{name} 不在 {folder} 中的其他部分旁边。</translation>
    </message>
    <message>
        <source>{name} isn’t in the downloads.</source>
        <translation>{name} 不在下载列表中。</translation>
    </message>
    <message>
        <source>{name} isn’t kept.</source>
        <translation>{name} 未被保持。</translation>
    </message>
    <message>
        <source>{name} isn’t pinned any more.</source>
        <translation>{name} 已取消固定。</translation>
    </message>
    <message>
        <source>{name} isn’t there any more.</source>
        <translation>{name} 已不存在。</translation>
    </message>
    <message numerus="yes">
        <source>{name} needs your attention on %Ln servers.</source>
        <translation>
            <numerusform>{name} 在 %Ln 台服务器上需要您处理。</numerusform>
        </translation>
    </message>
    <message>
        <source>{name} needs {size} more</source>
        <translation>{name} 还需要 {size}</translation>
    </message>
    <message>
        <source>{name} on {server}</source>
        <comment>a model in the settings</comment>
        <translation>{server} 上的 {name}</translation>
    </message>
    <message>
        <source>{name} on {server}</source>
        <comment>a model that is made, in the tray menu</comment>
        <translation>{server} 上的 {name}</translation>
    </message>
    <message>
        <source>{name} on {server}</source>
        <comment>a model in the tray menu</comment>
        <translation>{server} 上的 {name}</translation>
    </message>
    <message>
        <source>{name} on {server}</source>
        <comment>a model on a server</comment>
        <translation>{server} 上的 {name}</translation>
    </message>
    <message>
        <source>{name} on {server}</source>
        <comment>a download in the tray menu</comment>
        <translation>{server} 上的 {name}</translation>
    </message>
    <message>
        <source>{name} on “{server}”</source>
        <translation>“{server}”上的 {name}</translation>
    </message>
    <message>
        <source>{name} on “{server}” was changed by somebody else meanwhile.</source>
        <translation>“{server}”上的 {name} 在此期间被其他人更改。</translation>
    </message>
    <message>
        <source>{name} on “{server}”.</source>
        <comment>which is removed, and where</comment>
        <translation>“{server}”上的 {name}。</translation>
    </message>
    <message>
        <source>{name} on “{server}”: {reason}</source>
        <translation>“{server}”上的 {name}：{reason}</translation>
    </message>
    <message>
        <source>{name} took its place at {time}.</source>
        <translation>{name} 在 {time} 占用了它的位置。</translation>
    </message>
    <message>
        <source>{name} update</source>
        <comment>said by a screen reader</comment>
        <translation>{name} 的更新</translation>
    </message>
    <message>
        <source>{name} was deleted</source>
        <translation>{name} 已被删除</translation>
    </message>
    <message>
        <source>{name} was pulled from an address, not a known registry.</source>
        <translation>{name} 是从 IP 地址拉取的，而不是已知的模型库。</translation>
    </message>
    <message>
        <source>{name} was updated. What is taken over was read again.</source>
        <translation>{name} 已更新，沿用的内容已重新读取。</translation>
    </message>
    <message>
        <source>{name} wasn’t deleted, and is now also there as {copy}. Both are kept.</source>
        <translation>没有删除 {name}，现在它也以 {copy} 的名称存在。两者都已保留。</translation>
    </message>
    <message>
        <source>{name} wasn’t deleted: the copy {copy} has another digest. Both are kept.</source>
        <translation>没有删除 {name}：副本 {copy} 的摘要不同。两者都已保留。</translation>
    </message>
    <message>
        <source>{name} wasn’t made: {base} isn’t here.</source>
        <translation>未能创建 {name}：缺少 {base}。</translation>
    </message>
    <message>
        <source>{name} wasn’t made: {reason}</source>
        <translation>未能创建 {name}：{reason}</translation>
    </message>
    <message>
        <source>{name} · {server}</source>
        <translation>{name} · {server}</translation>
    </message>
    <message>
        <source>{name}, frees {size}, {more}</source>
        <translation>{name}，可释放 {size}，{more}</translation>
    </message>
    <message>
        <source>{name}, with the same context and for as long.</source>
        <translation>{name}，上下文长度和保留时间不变。</translation>
    </message>
    <message>
        <source>{name}, {fetched} of {whole}</source>
        <comment>llava:13b, 7.4 gigabytes of 8 gigabytes</comment>
        <translation>{name}，{whole} 中的{fetched}</translation>
    </message>
    <message>
        <source>{name}, {kind}, {note}</source>
        <comment>a parameter, as a screen reader says it</comment>
        <translation>{name}，{kind}，{note}</translation>
    </message>
    <message>
        <source>{name}, {percent}, {state}</source>
        <comment>a download in the tray menu</comment>
        <translation>{name}，{percent}，{state}</translation>
    </message>
    <message>
        <source>{name}, {size}</source>
        <translation>{name}，{size}</translation>
    </message>
    <message>
        <source>{name}, {size}</source>
        <comment>an update in the tray menu</comment>
        <translation>{name}，{size}</translation>
    </message>
    <message>
        <source>{name}, {size}…</source>
        <comment>an update in the tray menu that asks first</comment>
        <translation>{name}，{size}…</translation>
    </message>
    <message>
        <source>{name}, {state}</source>
        <comment>a model that is made, in the tray menu</comment>
        <translation>{name}，{state}</translation>
    </message>
    <message>
        <source>{name}, {state}</source>
        <comment>a download in the tray menu</comment>
        <translation>{name}，{state}</translation>
    </message>
    <message>
        <source>{name}: back to the default</source>
        <translation>{name}：恢复默认值</translation>
    </message>
    <message>
        <source>{name}: emptied</source>
        <translation>{name}：已清空</translation>
    </message>
    <message>
        <source>{name}: no usable value yet</source>
        <translation>{name}：尚无可用的值</translation>
    </message>
    <message>
        <source>{name}: not enough disk space.</source>
        <translation>{name}：磁盘空间不足。</translation>
    </message>
    <message>
        <source>{name}: not enough disk space. It needs {needed}, and {free} are free.</source>
        <translation>{name}：磁盘空间不足。需要 {needed}，可用 {free}。</translation>
    </message>
    <message>
        <source>{name}: sent as it is, but a Modelfile can’t hold its quotes</source>
        <translation>{name}：会原样发送，但 Modelfile 无法容纳其中的引号</translation>
    </message>
    <message>
        <source>{name}: {reason}</source>
        <translation>{name}：{reason}</translation>
    </message>
    <message>
        <source>{n} d</source>
        <comment>days</comment>
        <translation>{n} 天</translation>
    </message>
    <message>
        <source>{n} h</source>
        <comment>hours</comment>
        <translation>{n} 小时</translation>
    </message>
    <message>
        <source>{n} min</source>
        <comment>minutes</comment>
        <translation>{n} 分钟</translation>
    </message>
    <message>
        <source>{n} of {count} selected</source>
        <translation>已选择 {n}/{count} 个</translation>
    </message>
    <message>
        <source>{n} of {count} selected on {servers}</source>
        <translation>已在{servers}上选中 {n} / {count} 个</translation>
    </message>
    <message>
        <source>{n} of {count} selected · {size}</source>
        <translation>已选择 {n}/{count} 个 · {size}</translation>
    </message>
    <message>
        <source>{n} of {count} selected · {size}, deleting them frees no disk space</source>
        <translation>已选择 {n}/{count} 个 · {size}，删除不会释放磁盘空间</translation>
    </message>
    <message>
        <source>{n} of {count} selected · {size}, deleting them frees up to {freed}</source>
        <translation>已选择 {n}/{count} 个 · {size}，删除最多可释放 {freed}</translation>
    </message>
    <message>
        <source>{n} of {count} selected · {size}, deleting them frees {freed}</source>
        <translation>已选择 {n}/{count} 个 · {size}，删除可释放 {freed}</translation>
    </message>
    <message>
        <source>{n} of {total} downloads failed</source>
        <translation>{total} 个下载中有 {n} 个失败</translation>
    </message>
    <message>
        <source>{n} s</source>
        <comment>seconds</comment>
        <translation>{n} 秒</translation>
    </message>
    <message>
        <source>{one} + {other} of {whole}</source>
        <translation>{one} + {other}，共 {whole}</translation>
    </message>
    <message>
        <source>{online} of {total} online</source>
        <translation>{online}/{total} 在线</translation>
    </message>
    <message>
        <source>{online} of {total} servers online</source>
        <translation>{total} 台服务器中 {online} 台在线</translation>
    </message>
    <message>
        <source>{origin}, {count} characters</source>
        <translation>{origin}，{count} 个字符</translation>
    </message>
    <message>
        <source>{others} and {name} don’t fit together: {one} and {other} of {whole}.</source>
        <translation>{others} 和 {name} 无法同时放下：{one} 与 {other}，共 {whole}。</translation>
    </message>
    <message>
        <source>{parts} changed</source>
        <translation>{parts} 已改变</translation>
    </message>
    <message>
        <source>{part} of {whole}</source>
        <comment>bytes</comment>
        <translation>{part} / {whole}</translation>
    </message>
    <message>
        <source>{part} of {whole} so far</source>
        <comment>bytes</comment>
        <translation>{part} / 目前 {whole}</translation>
    </message>
    <message>
        <source>{part}, here {here}, at {registry} {there}, {fetch} to download</source>
        <translation>{part}，本地 {here}，{registry} 上 {there}，需下载 {fetch}</translation>
    </message>
    <message>
        <source>{part}: replaced by {size}</source>
        <translation>{part}：由 {size} 替换</translation>
    </message>
    <message>
        <source>{part}: {size}, gone there</source>
        <translation>{part}：{size}，那边已没有</translation>
    </message>
    <message>
        <source>{part}: {size}, replaced by {other}</source>
        <translation>{part}：{size}，由 {other} 替换</translation>
    </message>
    <message>
        <source>{path} can’t be written: {reason}.</source>
        <translation>无法写入 {path}：{reason}。</translation>
    </message>
    <message>
        <source>{path}: {reason}</source>
        <translation>{path}：{reason}</translation>
    </message>
    <message>
        <source>{percent} graphics card</source>
        <translation>{percent} 显卡</translation>
    </message>
    <message>
        <source>{percent} is here. It’s lost if Ollama is restarted before this goes on.</source>
        <translation>已有 {percent}。如果在继续之前重启 Ollama，这部分会丢失。</translation>
    </message>
    <message>
        <source>{percent} is here; last written {ago}.</source>
        <translation>已有 {percent}；{ago}最后写入。</translation>
    </message>
    <message>
        <source>{percent} processor</source>
        <translation>{percent} 处理器</translation>
    </message>
    <message>
        <source>{percent} stayed on the card, of {size}</source>
        <translation>{size} 中有 {percent} 在显卡上</translation>
    </message>
    <message>
        <source>{phase} {percent}</source>
        <comment>uploading 44%</comment>
        <translation>{phase} {percent}</translation>
    </message>
    <message>
        <source>{phase}, {share}</source>
        <comment>spoken</comment>
        <translation>{phase}，{share}</translation>
    </message>
    <message>
        <source>{place}: {reason}.</source>
        <translation>{place}：{reason}。</translation>
    </message>
    <message>
        <source>{proxy} says {status}. Servers in your own network usually need no proxy.</source>
        <translation>{proxy} 返回 {status}。您自己网络中的服务器通常不需要代理。</translation>
    </message>
    <message>
        <source>{proxy} sends something else. Servers in your own network usually need none.</source>
        <translation>{proxy} 返回了其他内容。您自己网络中的服务器通常不需要代理。</translation>
    </message>
    <message>
        <source>{reason}. Trying again in {time} ({n} of {all})</source>
        <translation>{reason}。{time}后重试（第 {n}/{all} 次）</translation>
    </message>
    <message>
        <source>{reason}. Trying again… ({n} of {all})</source>
        <translation>{reason}。正在重试…（第 {n}/{all} 次）</translation>
    </message>
    <message>
        <source>{reason}. {wait}</source>
        <translation>{reason}。{wait}</translation>
    </message>
    <message>
        <source>{registry} gave no usable answer ({reason}). The server does the download itself, so you can still pull.</source>
        <translation>{registry} 没有给出可用的响应（{reason}）。下载由服务器自行完成，因此仍可拉取。</translation>
    </message>
    <message>
        <source>{registry} has a problem</source>
        <translation>{registry} 出现问题</translation>
    </message>
    <message>
        <source>{registry} has a problem (HTTP status {status}).</source>
        <translation>{registry} 出现问题（HTTP 状态码 {status}）。</translation>
    </message>
    <message>
        <source>{registry} has a problem (HTTP status {status}): “{text}”</source>
        <translation>{registry} 出现问题（HTTP 状态码 {status}）：“{text}”</translation>
    </message>
    <message>
        <source>{registry} has a problem: it sent something unreadable.</source>
        <translation>{registry} 出现问题：它发来的内容无法读取。</translation>
    </message>
    <message>
        <source>{registry} has no model called “{name}”. Check the spelling and the tag.</source>
        <translation>{registry} 上没有名为“{name}”的模型。请检查拼写和标签。</translation>
    </message>
    <message>
        <source>{registry} has no model with this name. It may have been made on the server.</source>
        <translation>{registry} 上没有这个名称的模型。它可能是在服务器上创建的。</translation>
    </message>
    <message>
        <source>{registry} has no such model or tag.</source>
        <translation>{registry} 上没有这个模型或标签。</translation>
    </message>
    <message>
        <source>{registry} is asked once a day.</source>
        <translation>每天询问 {registry} 一次。</translation>
    </message>
    <message>
        <source>{registry} is asked once a week.</source>
        <translation>每周询问 {registry} 一次。</translation>
    </message>
    <message>
        <source>{registry} is only asked when you choose to check.</source>
        <translation>只有在你选择检查时才会询问 {registry}。</translation>
    </message>
    <message>
        <source>{registry} isn’t accepting any more requests for now.</source>
        <translation>{registry} 暂时不再接受请求。</translation>
    </message>
    <message>
        <source>{registry} isn’t accepting any more requests for now. Try again in {time}.</source>
        <translation>{registry} 暂时不再接受请求。请在{time}后重试。</translation>
    </message>
    <message>
        <source>{registry} offers no encryption. If you trust it, add it in Settings, Downloads, to the registries without encryption.</source>
        <translation>{registry} 不提供加密。如果您信任它，请在“设置”的“下载”中把它加入未加密的仓库。</translation>
    </message>
    <message>
        <source>{registry} refused the download (HTTP status {status}).</source>
        <translation>{registry} 拒绝了下载（HTTP 状态码 {status}）。</translation>
    </message>
    <message>
        <source>{registry} refused the download.</source>
        <translation>{registry} 拒绝了下载。</translation>
    </message>
    <message>
        <source>{registry} refused the download: “{text}”</source>
        <translation>{registry} 拒绝了下载：“{text}”</translation>
    </message>
    <message>
        <source>{registry} says nothing about this name unless you are signed in. The model may be private or may not exist. The server may have access, so you can still pull.</source>
        <translation>未登录时，{registry} 不提供此名称的信息。该模型可能是私有的，也可能不存在。服务器可能有权访问，因此仍可拉取。</translation>
    </message>
    <message>
        <source>{registry} takes no more questions for now</source>
        <translation>{registry} 暂时不再接受请求</translation>
    </message>
    <message>
        <source>{registry} wants encryption. Remove it in Settings, Downloads, from the registries without encryption.</source>
        <translation>{registry} 要求加密。请在“设置”的“下载”中把它从未加密的仓库里移除。</translation>
    </message>
    <message>
        <source>{selected} of {count} selected · {amount} to download</source>
        <translation>已选 {count} 个中的 {selected} 个 · 需下载 {amount}</translation>
    </message>
    <message>
        <source>{selected} of {target} selected</source>
        <translation>已选 {selected}，需要 {target}</translation>
    </message>
    <message>
        <source>{sentence} It says: “{text}”</source>
        <translation>{sentence}对方的说明：“{text}”</translation>
    </message>
    <message>
        <source>{sentence} {fetched}.</source>
        <comment>9.3 GB in 3 min</comment>
        <translation>{sentence}{fetched}。</translation>
    </message>
    <message>
        <source>{sentence} {more}</source>
        <translation>{sentence}{more}</translation>
    </message>
    <message>
        <source>{sentence}.</source>
        <comment>a title that becomes a sentence</comment>
        <translation>{sentence}。</translation>
    </message>
    <message>
        <source>{servers} answer again.</source>
        <translation>{servers}恢复响应。</translation>
    </message>
    <message>
        <source>{servers} hasn’t answered yet, so its models aren’t shown.</source>
        <translation>{servers}尚未响应，因此未显示其模型。</translation>
    </message>
    <message>
        <source>{servers} haven’t answered yet, so their models aren’t shown.</source>
        <translation>{servers}尚未响应，因此未显示其模型。</translation>
    </message>
    <message>
        <source>{servers} stopped answering.</source>
        <translation>{servers}停止响应。</translation>
    </message>
    <message>
        <source>{servers} wait for it.</source>
        <translation>{servers}正在等待它。</translation>
    </message>
    <message>
        <source>{servers} waits for it.</source>
        <comment>one server</comment>
        <translation>{servers}正在等待它。</translation>
    </message>
    <message>
        <source>{server} waits for it.</source>
        <translation>{server} 正在等待它。</translation>
    </message>
    <message>
        <source>{server}, {state}</source>
        <comment>nas, offline since 14:02</comment>
        <translation>{server}，{state}</translation>
    </message>
    <message>
        <source>{server}, {state}, {switched}</source>
        <translation>{server}，{state}，{switched}</translation>
    </message>
    <message>
        <source>{server}, {switched}</source>
        <translation>{server}，{switched}</translation>
    </message>
    <message>
        <source>{server}: not known yet</source>
        <translation>{server}：尚不清楚</translation>
    </message>
    <message>
        <source>{server}: {facts}</source>
        <translation>{server}：{facts}</translation>
    </message>
    <message>
        <source>{server}: {models}</source>
        <translation>{server}：{models}</translation>
    </message>
    <message>
        <source>{server}: {models}, {size}</source>
        <translation>{server}：{models}，{size}</translation>
    </message>
    <message>
        <source>{server}: {state}</source>
        <comment>studio: online</comment>
        <translation>{server}：{state}</translation>
    </message>
    <message>
        <source>{share}, {time} left</source>
        <translation>{share}，剩余 {time}</translation>
    </message>
    <message>
        <source>{shown} of {count} models</source>
        <translation>{shown}/{count} 个模型</translation>
    </message>
    <message>
        <source>{size} already here</source>
        <translation>已有 {size}</translation>
    </message>
    <message>
        <source>{size} already here, shared with {names}</source>
        <translation>已有 {size}，与 {names} 共用</translation>
    </message>
    <message>
        <source>{size} free</source>
        <translation>可用 {size}</translation>
    </message>
    <message>
        <source>{size} free on {place}.</source>
        <translation>{place} 上可用 {size}。</translation>
    </message>
    <message>
        <source>{size} free, fits in graphics memory</source>
        <translation>可用 {size}，显存可容纳</translation>
    </message>
    <message>
        <source>{size} freed</source>
        <translation>已释放 {size}</translation>
    </message>
    <message>
        <source>{size} if shared layers are counted for every model</source>
        <translation>若每个模型都计入共用的层，则为 {size}</translation>
    </message>
    <message>
        <source>{size} in graphics memory ({share})</source>
        <translation>显存占用 {size}（{share}）</translation>
    </message>
    <message>
        <source>{size} in memory, on the processor</source>
        <translation>内存占用 {size}，由处理器运行</translation>
    </message>
    <message>
        <source>{size} in {folder}</source>
        <translation>{size}，位于 {folder}</translation>
    </message>
    <message>
        <source>{size} in {time}</source>
        <translation>{size}，用时 {time}</translation>
    </message>
    <message>
        <source>{size} left after this download and {others} for other downloads, on {folder}.</source>
        <translation>完成此下载并为其他下载留出 {others} 后，{folder} 上还剩 {size}。</translation>
    </message>
    <message>
        <source>{size} left after this download, on {folder}.</source>
        <translation>完成此下载后，{folder} 上还剩 {size}。</translation>
    </message>
    <message>
        <source>{size} of graphics memory</source>
        <translation>需要显存 {size}</translation>
    </message>
    <message>
        <source>{size} of {names} are here already. Cancel anyway?</source>
        <translation>{names} 已下载 {size}。仍要取消吗？</translation>
    </message>
    <message>
        <source>{size} on disk</source>
        <translation>磁盘占用 {size}</translation>
    </message>
    <message>
        <source>{size} short, as other downloads need {others}. Delete models you don’t use, or move the model folder.</source>
        <translation>还差 {size}，因为其他下载需要 {others}。请删除不用的模型，或移动模型文件夹。</translation>
    </message>
    <message>
        <source>{size} short. Delete models you don’t use, or move the model folder.</source>
        <translation>还差 {size}。请删除不用的模型，或移动模型文件夹。</translation>
    </message>
    <message>
        <source>{size} short: {free} free</source>
        <translation>还差 {size}：可用 {free}</translation>
    </message>
    <message>
        <source>{size} to download, and {free} are free</source>
        <translation>需下载 {size}，而可用空间为 {free}</translation>
    </message>
    <message>
        <source>{size} to fetch</source>
        <translation>需下载 {size}</translation>
    </message>
    <message>
        <source>{size} will be uploaded to “{server}”.</source>
        <translation>将向“{server}”上传 {size}。</translation>
    </message>
    <message>
        <source>{size} will be uploaded.</source>
        <translation>将上传 {size}。</translation>
    </message>
    <message>
        <source>{size}, all on the card</source>
        <translation>{size}，全部在显卡上</translation>
    </message>
    <message>
        <source>{size}, almost nothing is shared</source>
        <translation>{size}，几乎没有共用部分</translation>
    </message>
    <message>
        <source>{size}, already here</source>
        <translation>{size}，已存在</translation>
    </message>
    <message>
        <source>{size}, deleting {n} frees no disk space</source>
        <translation>{size}，删除 {n} 个不释放磁盘空间</translation>
    </message>
    <message>
        <source>{size}, deleting {n} frees up to {freed}</source>
        <translation>{size}，删除 {n} 个最多释放 {freed}</translation>
    </message>
    <message>
        <source>{size}, deleting {n} frees {freed}</source>
        <translation>{size}，删除 {n} 个释放 {freed}</translation>
    </message>
    <message>
        <source>{size}, free space not known</source>
        <translation>{size}，可用空间未知</translation>
    </message>
    <message>
        <source>{size}, nothing is shared</source>
        <translation>{size}，没有共用内容</translation>
    </message>
    <message>
        <source>{size}, of which {shared} is shared with {names}</source>
        <translation>{size}，其中 {shared} 与 {names} 共用</translation>
    </message>
    <message>
        <source>{size}, on the processor</source>
        <translation>{size}，在处理器上</translation>
    </message>
    <message>
        <source>{size}, other content</source>
        <translation>{size}，内容不同</translation>
    </message>
    <message>
        <source>{size}, part of it shared with {names}</source>
        <translation>{size}，其中一部分与 {names} 共用</translation>
    </message>
    <message>
        <source>{size}, shared.</source>
        <translation>{size}，共用。</translation>
    </message>
    <message>
        <source>{size}, waiting</source>
        <translation>{size}，等待中</translation>
    </message>
    <message>
        <source>{size}, {free} free</source>
        <translation>{size}，可用 {free}</translation>
    </message>
    <message>
        <source>{size}, {percent} on the card</source>
        <translation>{size}，{percent} 在显卡上</translation>
    </message>
    <message>
        <source>{size}, {shared} stay for {names}</source>
        <translation>{size}，另有 {shared} 为 {names} 保留</translation>
    </message>
    <message>
        <source>{size}/s</source>
        <comment>speed</comment>
        <translation>{size}/s</translation>
    </message>
    <message>
        <source>{status}, {size}</source>
        <translation>{status}，{size}</translation>
    </message>
    <message>
        <source>{target} is set as the proxy. Servers in your own network usually need none.</source>
        <translation>代理设置为 {target}。自己网络中的服务器通常不需要代理。</translation>
    </message>
    <message>
        <source>{time} ago</source>
        <translation>{time}前</translation>
    </message>
    <message>
        <source>{time} left</source>
        <translation>剩余 {time}</translation>
    </message>
    <message>
        <source>{title} (“{server}”)</source>
        <translation>{title}（“{server}”）</translation>
    </message>
    <message>
        <source>{title}. {body}</source>
        <comment>a title, and the sentence below it</comment>
        <translation>{title}。{body}</translation>
    </message>
    <message>
        <source>{type}, about {size}</source>
        <comment>what a file becomes</comment>
        <translation>{type}，约 {size}</translation>
    </message>
    <message>
        <source>{value} percent</source>
        <translation>百分之 {value}</translation>
    </message>
    <message>
        <source>{value}%</source>
        <translation>{value}%</translation>
    </message>
    <message>
        <source>{version} is out</source>
        <translation>{version} 已发布</translation>
    </message>
    <message>
        <source>{wait}, {time}</source>
        <comment>Waiting for “nas” to wake up, 1 min 10 s</comment>
        <translation>{wait}，{time}</translation>
    </message>
    <message>
        <source>{what} from “{server}” is larger than {size}, so Ollama Tray doesn’t read it.</source>
        <translation>“{server}”返回的内容（{what}）超过 {size}，因此 Ollama Tray 不读取它。</translation>
    </message>
    <message>
        <source>{words}, {name}</source>
        <comment>a button, and its parameter</comment>
        <translation>{words}，{name}</translation>
    </message>
    <message>
        <source>“:{tag}” has a meaning of its own. Choose another tag.</source>
        <translation>“:{tag}”有特殊含义。请换一个标签。</translation>
    </message>
    <message>
        <source>“{name}” is set by Ollama Tray itself.</source>
        <translation>“{name}”由 Ollama Tray 自行设置。</translation>
    </message>
    <message>
        <source>“{piece}” can’t stand there</source>
        <translation>“{piece}”不能出现在该处</translation>
    </message>
    <message>
        <source>“{piece}” isn’t a valid part of a name.</source>
        <translation>“{piece}”不能用作名称的一部分。</translation>
    </message>
    <message>
        <source>“{piece}” isn’t what it should be</source>
        <translation>“{piece}”的内容不符合要求</translation>
    </message>
    <message>
        <source>“{proxy}” is set as the proxy for “{server}”, but it isn’t a valid address.</source>
        <translation>为“{server}”设置的代理“{proxy}”不是有效的代理地址。</translation>
    </message>
    <message>
        <source>“{server}”</source>
        <comment>in a list</comment>
        <translation>“{server}”</translation>
    </message>
    <message>
        <source>“{server}”</source>
        <translation>“{server}”</translation>
    </message>
    <message>
        <source>“{server}” ({version}, {time} ms)</source>
        <translation>“{server}”（{version}，{time} 毫秒）</translation>
    </message>
    <message>
        <source>“{server}” answered with HTTP status {status} and no reason.</source>
        <translation>“{server}”返回了 HTTP 状态码 {status}，没有说明原因。</translation>
    </message>
    <message>
        <source>“{server}” answered with a web page instead of what was asked for.</source>
        <translation>“{server}”返回了一个网页，而不是所请求的内容。</translation>
    </message>
    <message>
        <source>“{server}” answers again</source>
        <translation>“{server}”已恢复响应</translation>
    </message>
    <message>
        <source>“{server}” answers again.</source>
        <translation>“{server}”已恢复响应。</translation>
    </message>
    <message>
        <source>“{server}” answers with a web page.</source>
        <translation>“{server}”以网页作答。</translation>
    </message>
    <message>
        <source>“{server}” answers, and refuses it.</source>
        <translation>“{server}”有响应，但拒绝该令牌。</translation>
    </message>
    <message>
        <source>“{server}” answers, and refuses them.</source>
        <translation>“{server}”有响应，但拒绝登录。</translation>
    </message>
    <message>
        <source>“{server}” asks for a token</source>
        <translation>“{server}”要求令牌</translation>
    </message>
    <message>
        <source>“{server}” asks for a user name and password</source>
        <translation>“{server}”要求用户名和密码</translation>
    </message>
    <message>
        <source>“{server}” can’t be reached.</source>
        <translation>无法连接“{server}”。</translation>
    </message>
    <message>
        <source>“{server}” can’t run this kind of model.</source>
        <translation>“{server}”无法运行这类模型。</translation>
    </message>
    <message>
        <source>“{server}” couldn’t be woken: the packet for it wasn’t sent ({reason}).</source>
        <translation>无法唤醒“{server}”：唤醒数据包没有发出（{reason}）。</translation>
    </message>
    <message>
        <source>“{server}” didn’t wake up</source>
        <translation>“{server}”没有被唤醒</translation>
    </message>
    <message>
        <source>“{server}” didn’t wake up in three minutes. Its computer must allow Wake-on-LAN.</source>
        <translation>“{server}”在三分钟内没有醒来。那台电脑必须允许网络唤醒（Wake-on-LAN）。</translation>
    </message>
    <message>
        <source>“{server}” doesn’t answer</source>
        <translation>“{server}”没有响应</translation>
    </message>
    <message>
        <source>“{server}” doesn’t answer. It may be off, or a firewall may block it.</source>
        <translation>“{server}”没有响应。它可能已关机，或被防火墙阻止。</translation>
    </message>
    <message>
        <source>“{server}” doesn’t let Ollama Tray in (HTTP 403).</source>
        <translation>“{server}”不允许 Ollama Tray 访问（HTTP 403）。</translation>
    </message>
    <message>
        <source>“{server}” doesn’t speak HTTPS on this port. Try http:// in the address.</source>
        <translation>“{server}”在此端口上不使用 HTTPS。请在地址中改用 http://。</translation>
    </message>
    <message>
        <source>“{server}” has Ollama’s cloud switched off, so this model can’t run there.</source>
        <translation>“{server}”关闭了 Ollama 的云端功能，所以这个模型无法在那里运行。</translation>
    </message>
    <message>
        <source>“{server}” has Ollama’s cloud switched off.</source>
        <translation>“{server}”关闭了 Ollama 的云端功能。</translation>
    </message>
    <message>
        <source>“{server}” has a problem (HTTP status {status}).</source>
        <translation>“{server}”出了问题（HTTP 状态 {status}）。</translation>
    </message>
    <message>
        <source>“{server}” has no model called “{name}”.</source>
        <translation>“{server}”上没有名为“{name}”的模型。</translation>
    </message>
    <message>
        <source>“{server}” has no valid address.</source>
        <translation>“{server}”没有有效的地址。</translation>
    </message>
    <message>
        <source>“{server}” has the same address. That is allowed.</source>
        <translation>“{server}”的地址相同。这是允许的。</translation>
    </message>
    <message>
        <source>“{server}” is ahead. Ages and “loaded for” are shown by this computer’s clock.</source>
        <translation>“{server}”的时钟较快。时间和加载时长按这台电脑的时钟显示。</translation>
    </message>
    <message>
        <source>“{server}” is back</source>
        <translation>“{server}”已恢复</translation>
    </message>
    <message>
        <source>“{server}” is behind a SOCKS proxy ({proxy}). SOCKS is not supported.</source>
        <translation>“{server}”位于 SOCKS 代理之后（{proxy}）。不支持 SOCKS。</translation>
    </message>
    <message>
        <source>“{server}” is behind. Ages and “loaded for” are shown by this computer’s clock.</source>
        <translation>“{server}”的时钟较慢。时间和加载时长按这台电脑的时钟显示。</translation>
    </message>
    <message>
        <source>“{server}” is getting too many requests and isn’t letting any through (HTTP {status}).</source>
        <translation>“{server}”收到的请求过多，暂时不放行（HTTP {status}）。</translation>
    </message>
    <message>
        <source>“{server}” is offline</source>
        <translation>“{server}”已离线</translation>
    </message>
    <message>
        <source>“{server}” is reachable, but Ollama behind it doesn’t answer (HTTP {status}).</source>
        <translation>可以连接到“{server}”，但其后的 Ollama 没有响应（HTTP {status}）。</translation>
    </message>
    <message>
        <source>“{server}” is reachable, but Ollama behind it took too long (HTTP {status}).</source>
        <translation>可以连接到“{server}”，但其后的 Ollama 响应超时（HTTP {status}）。</translation>
    </message>
    <message>
        <source>“{server}” is reachable, but nothing answers on port {port}.</source>
        <translation>“{server}”可以连通，但端口 {port} 没有响应。</translation>
    </message>
    <message>
        <source>“{server}” is switched off</source>
        <translation>“{server}”已停用</translation>
    </message>
    <message>
        <source>“{server}” is there, but Ollama behind it isn’t</source>
        <translation>“{server}”在线，但它后面的 Ollama 不在</translation>
    </message>
    <message>
        <source>“{server}” keeps the {size} it already has until Ollama is restarted. A download before that continues from here, a later one starts from the beginning.</source>
        <translation>“{server}”会把已有的 {size} 保留到 Ollama 重新启动为止。在那之前下载会从这里继续，之后则从头开始。</translation>
    </message>
    <message>
        <source>“{server}” may not know “{kind}”</source>
        <translation>“{server}”可能不认识“{kind}”</translation>
    </message>
    <message>
        <source>“{server}” needs its token from your system’s keyring.</source>
        <translation>“{server}”需要系统密钥环中的令牌。</translation>
    </message>
    <message>
        <source>“{server}” only accepts its own address</source>
        <translation>“{server}”只接受自己的地址</translation>
    </message>
    <message>
        <source>“{server}” only accepts its own address. On the server, set OLLAMA_HOST=0.0.0.0 or use its IP address.</source>
        <translation>“{server}”只接受自己的地址。请在服务器上设置 OLLAMA_HOST=0.0.0.0，或使用它的 IP 地址。</translation>
    </message>
    <message>
        <source>“{server}” pulls it itself from {registry}.</source>
        <translation>“{server}”会自行从 {registry} 拉取。</translation>
    </message>
    <message>
        <source>“{server}” redirects Ollama Tray to a web page, perhaps for signing in.</source>
        <translation>“{server}”将 Ollama Tray 重定向到一个网页，可能是登录页面。</translation>
    </message>
    <message>
        <source>“{server}” redirects Ollama Tray to another address.</source>
        <translation>“{server}”将 Ollama Tray 重定向到另一个地址。</translation>
    </message>
    <message>
        <source>“{server}” refuses the password or token.</source>
        <translation>“{server}”不接受该密码或令牌。</translation>
    </message>
    <message>
        <source>“{server}” reported success, but {name} is empty there: what its registry sent wasn’t a model.</source>
        <translation>“{server}”报告成功，但那里的 {name} 是空的：仓库发来的不是模型。</translation>
    </message>
    <message>
        <source>“{server}” reported success, but {name} is still in its list of models.</source>
        <translation>“{server}”报告成功，但 {name} 仍在它的模型列表中。</translation>
    </message>
    <message>
        <source>“{server}” reported success, but {name} isn’t in its list of models.</source>
        <translation>“{server}”报告成功，但 {name} 不在它的模型列表中。</translation>
    </message>
    <message>
        <source>“{server}” runs Ollama {version}, which takes no file in several parts. Update it, or join the parts.</source>
        <translation>“{server}”运行的是 Ollama {version}，不支持分成多个部分的文件。请更新它，或合并各部分。</translation>
    </message>
    <message>
        <source>“{server}” runs Ollama {version}, which takes no projector. Update it, or leave the projector out.</source>
        <translation>“{server}”运行的是 Ollama {version}，不支持视觉投影文件。请更新它，或不使用视觉投影文件。</translation>
    </message>
    <message>
        <source>“{server}” runs Ollama {version}. Ollama Tray needs {needs} or newer.</source>
        <translation>“{server}”运行的是 Ollama {version}。Ollama Tray 需要 {needs} 或更新版本。</translation>
    </message>
    <message>
        <source>“{server}” runs Ollama {version}. This model needs {needs} or newer.</source>
        <translation>“{server}”运行的是 Ollama {version}。此模型需要 {needs} 或更新版本。</translation>
    </message>
    <message>
        <source>“{server}” runs an Ollama that is too old for this.</source>
        <translation>“{server}”运行的 Ollama 版本太旧，不支持此操作。</translation>
    </message>
    <message>
        <source>“{server}” runs an older Ollama. Ollama Tray needs {needs} or newer.</source>
        <translation>“{server}”运行的 Ollama 版本较旧。Ollama Tray 需要 {needs} 或更新版本。</translation>
    </message>
    <message>
        <source>“{server}” runs {version}, it seems in a container. Pull its image there, then make the container anew.</source>
        <translation>“{server}”运行 {version}，似乎在容器中。请在那里拉取镜像，然后重新创建容器。</translation>
    </message>
    <message>
        <source>“{server}” runs {version}.</source>
        <translation>“{server}”运行的是 {version}。</translation>
    </message>
    <message>
        <source>“{server}” runs {version}. Update it the way it was installed.</source>
        <translation>“{server}”运行 {version}。请用当初的安装方式更新。</translation>
    </message>
    <message>
        <source>“{server}” sends you to another computer</source>
        <translation>“{server}”将您转到另一台电脑</translation>
    </message>
    <message>
        <source>“{server}” sent something Ollama Tray can’t read.</source>
        <translation>Ollama Tray 无法读取“{server}”发来的内容。</translation>
    </message>
    <message>
        <source>“{server}” sent something Ollama Tray can’t read: the field “{field}”.</source>
        <translation>Ollama Tray 无法读取“{server}”发来的内容：字段“{field}”。</translation>
    </message>
    <message>
        <source>“{server}” speaks http only</source>
        <translation>“{server}”只支持 http</translation>
    </message>
    <message>
        <source>“{server}” stopped answering at {time}.</source>
        <translation>“{server}”在 {time} 停止响应。</translation>
    </message>
    <message>
        <source>“{server}” takes no more requests for now.</source>
        <translation>“{server}”暂时不再接受请求。</translation>
    </message>
    <message>
        <source>“{server}” wants a sign-in with a name and a password.</source>
        <translation>“{server}”要求用用户名和密码登录。</translation>
    </message>
    <message>
        <source>“{server}” wants a sign-in with a token.</source>
        <translation>“{server}”要求使用令牌登录。</translation>
    </message>
    <message>
        <source>“{server}” wants https</source>
        <translation>“{server}”要求 https</translation>
    </message>
    <message>
        <source>“{server}” wants https.</source>
        <translation>“{server}”要求使用 https。</translation>
    </message>
    <message>
        <source>“{server}” wasn’t asked</source>
        <translation>未询问“{server}”</translation>
    </message>
    <message>
        <source>“{text}”</source>
        <translation>“{text}”</translation>
    </message>
    <message>
        <source>“{text}” is no time. Write it like 30m, 4h or 1h30m.</source>
        <translation>“{text}”不是时长。请写成 30m、4h 或 1h30m。</translation>
    </message>
    <message>
        <source>“{text}” isn’t the address of a server.</source>
        <translation>“{text}”不是服务器地址。</translation>
    </message>
    <message>
        <source>“{text}”: {reason}</source>
        <translation>“{text}”：{reason}</translation>
    </message>
    <message>
        <source>“{word}”</source>
        <translation>“{word}”</translation>
    </message>
    <message numerus="yes">
        <source>… and %Ln more errors since then.</source>
        <translation>
            <numerusform>此后又出现了 %Ln 个错误。</numerusform>
        </translation>
    </message>
</context>
</TS>
