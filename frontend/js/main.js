const answer = await fetch("tasks");
for (const task of await answer.json()) {
  const row = document.createElement("li");
  row.textContent = task.title;
  document.querySelector(".todo-list").append(row);
}
