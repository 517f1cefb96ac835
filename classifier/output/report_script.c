/* SPDX-License-Identifier: MIT */
/* The page's script: sorts, filters, copies, unfolds for paper. Without it the page is whole all
 * the same. It makes elements and texts, never markup. */
#include "output/report_html.h"

const char *const report_script[] = {
    "addEventListener(\"DOMContentLoaded\",()=>{\n"
    "const all=(where,what)=>[...where.querySelectorAll(what)];\n"
    "const make=(tag,set,text)=>{const e=document.createElement(tag);\n"
    "Object.assign(e,set);e.textContent=text||\"\";return e};\n"
    "const live=(e)=>{e.setAttribute(\"role\",\"status\");return e};\n"
    "const told=live(make(\"p\",{className:\"aside\"}));document.body.append(told);\n",
    /* sort: by data-v where there is one, else by text; the row of what is not shown stays last */
    "const value=(cell)=>!cell?\"\":cell.dataset.v!==undefined?+cell.dataset.v\n"
    ":cell.textContent.trim().toLowerCase();\n"
    "const order=(a,b)=>a<b?-1:a>b?1:0;\n"
    "const sort=(table,rows,th,at)=>{const "
    "was=th.getAttribute(\"aria-sort\"),body=table.tBodies[0];\n"
    "const down=was?was!==\"descending\":th.classList.contains(\"n\");\n"
    "all(table,\"thead th\").forEach((o)=>o.removeAttribute(\"aria-sort\"));\n"
    "th.setAttribute(\"aria-sort\",down?\"descending\":\"ascending\");\n"
    "rows.map((row,n)=>({row,n,v:value(row.cells[at])}))\n"
    ".sort((a,b)=>(down?order(b.v,a.v):order(a.v,b.v))||a.n-b.n).forEach((x)=>body.append(x.row));"
    "\n"
    "body.append(...all(body,\"tr.rest\"));\n"
    "told.textContent=\"Sorted by \"+th.textContent+\", \"+(down?\"descending\":\"ascending\")};\n",
    /* filter: rows and flows that hold all the words */
    "const filter=(before,items,noun)=>{const tools=make(\"div\",{className:\"tools\"});\n"
    "const label=make(\"label\",{},\"Filter "
    "\"),input=make(\"input\",{type:\"search\",name:\"filter\"});\n"
    "const count=live(make(\"span\",{className:\"soft\"}));\n"
    "input.setAttribute(\"aria-label\",\"Filter "
    "\"+noun);label.append(input);tools.append(label,count);\n"
    "input.addEventListener(\"input\",()=>{const words=input.value.toLowerCase().split(/\\s+/);let "
    "n=0;\n"
    "for(const item of items){const text=item.textContent.toLowerCase();\n"
    "item.hidden=!words.every((w)=>text.includes(w));n+=!item.hidden}\n"
    "count.textContent=input.value.trim()?n+\" of \"+items.length:\"\"});\n"
    "before.before(tools);return tools};\n"
    "for(const table of all(document,\"table.sorts\")){\n"
    "const rows=all(table.tBodies[0],\"tr:not(.rest)\");\n"
    "if(rows.length<2)continue;\n"
    "all(table,\"thead th\").forEach((th,at)=>{const b=make(\"button\",{type:\"button\"});\n"
    "b.append(...th.childNodes);th.append(b);b.addEventListener(\"click\",()=>sort(table,rows,th,"
    "at))});\n"
    "if(rows.length>10)filter(table.parentNode,rows,table.caption.textContent)}\n"
    "for(const box of all(document,\"div.flows\")){const flows=all(box,\"details\");\n"
    "if(flows.length<2)continue;\n"
    "const title=box.parentNode.querySelector(\"h2\").textContent;\n"
    "const "
    "tools=flows.length>5?filter(box,flows,title):make(\"div\",{className:\"tools\"}),open=make("
    "\"button\",{type:\"button\"},\"Open all\");\n"
    "open.addEventListener(\"click\",()=>{const on=flows.some((d)=>!d.open);\n"
    "flows.forEach((d)=>{d.open=on});open.textContent=on?\"Close all\":\"Open all\"});\n"
    "tools.append(open);box.before(tools)}\n",
    /* commands to take along */
    "for(const code of all(document,\"code.again\")){\n"
    "const b=make(\"button\",{type:\"button\",className:\"copy\"},\"Copy\");\n"
    "b.setAttribute(\"aria-label\",\"Copy the command\");\n"
    "b.addEventListener(\"click\",async()=>{let done=true;\n"
    "try{await navigator.clipboard.writeText(code.textContent)}\n"
    "catch{getSelection().selectAllChildren(code);done=document.execCommand(\"copy\")}\n"
    "b.textContent=done?\"Copied\":\"Selected: press Ctrl+C\";told.textContent=b.textContent});\n"
    "code.after(b)}});\n",
    /* on paper nothing is folded away */
    "{let shut=[];\n"
    "addEventListener(\"beforeprint\",()=>{shut=[...document.querySelectorAll(\"details:not([open])"
    "\")];\n"
    "shut.forEach((d)=>{d.open=true})});\n"
    "addEventListener(\"afterprint\",()=>{shut.forEach((d)=>{d.open=false})})}\n",
    NULL,
};

const char report_script_hash[] = "sha256-syeFIND03lutDYDDhWNgJiDMPL324pKETX0/EiUHsEU=";
