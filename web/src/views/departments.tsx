/** Departments and their categories, for admins: added, renamed, retired and brought back, as in the bot. */
import { useSignal } from "@preact/signals";
import { call } from "../desk/api";
import type { Category, Department } from "../desk/bodies";
import { departmentChanges } from "../desk/desk";
import { useResource } from "../desk/resource";
import { Dialog } from "../parts/dialog";
import { Hours } from "../parts/hours";
import { sayFailure } from "../parts/toasts";
import { moment, text } from "../texts";

/** The longest name of a department or a category, in characters. */
const MAX_NAME_CHARS = 60;
const PATH = "/api/departments";

const pathOf = (department: Department, category?: Category) =>
  `${PATH}/${department.department_id}${category ? `/categories/${category.category_id}` : ""}`;

type Change = (method: "POST" | "PATCH", path: string, body: object) => Promise<boolean>;

/** A form with one name. */
function NameForm({ label, name, submit }: { label: string; name: string; submit: (name: string) => Promise<boolean> }) {
  const isNew = name === "";
  const typed = useSignal(name);
  return (
    <form
      class="actions"
      onSubmit={(event) => {
        event.preventDefault();
        if (typed.value.trim()) void submit(typed.value).then((isDone) => isDone && (typed.value = name));
      }}
    >
      <input
        aria-label={label}
        placeholder={label}
        required
        maxLength={MAX_NAME_CHARS}
        value={typed.value}
        onInput={(event) => (typed.value = event.currentTarget.value)}
      />
      <button type="submit">{text(isNew ? "form-add" : "form-save")}</button>
    </form>
  );
}

interface Named {
  path: string;
  name: string;
  retired: boolean;
}

/** The name of a department or a category, with the dialog that changes it. */
function Edit({ of, field, change, close }: { of: Named; field: string; change: Change; close: () => void }) {
  const retire = async () => {
    if (await change("PATCH", of.path, { retired: !of.retired })) close();
  };
  return (
    <Dialog title={of.name} close={close}>
      <NameForm
        label={text("department-name")}
        name={of.name}
        submit={async (name) => {
          const isDone = await change("PATCH", of.path, { [field]: name });
          if (isDone) close();
          return isDone;
        }}
      />
      <p class="category">{text(of.retired ? "department-retired-about" : "department-retire-about")}</p>
      <button type="button" class={of.retired ? "" : "danger"} onClick={() => void retire()}>
        {text(of.retired ? "department-bring-back" : "department-retire")}
      </button>
    </Dialog>
  );
}

function Card({ department, change }: { department: Department; change: Change }) {
  const edited = useSignal<(Named & { field: string }) | null>(null);
  const edit = (category?: Category) => {
    const { retired } = category ?? department;
    const name = category?.category ?? department.department;
    edited.value = { path: pathOf(department, category), name, retired, field: category ? "category" : "department" };
  };
  const label = (name: string, retired: boolean) => (retired ? text("department-retired", { name }) : name);
  return (
    <article class="card" data-department={department.department}>
      <h2>
        <button type="button" class="link" onClick={() => edit()}>
          {label(department.department, department.retired)}
        </button>
      </h2>
      <label>
        <input
          type="checkbox"
          checked={department.critical}
          onChange={(event) => void change("PATCH", pathOf(department), { critical: event.currentTarget.checked })}
        />{" "}
        {text("department-critical")}
      </label>
      {department.hours && (
        <p class="category">
          {department.opens_at ? text("department-closed", { when: moment(department.opens_at) }) : text(department.open ? "department-open" : "department-shut")}
          <br />
          <Hours weekly={department.hours.weekly} /> ({department.hours.time_zone})
        </p>
      )}
      <h3>{text("department-categories")}</h3>
      <ul class="list">
        {department.categories.map((category) => (
          <li key={category.category_id}>
            <button type="button" class="link" onClick={() => edit(category)}>
              {label(category.category, category.retired)}
            </button>
          </li>
        ))}
      </ul>
      <NameForm
        label={text("department-new-category")}
        name=""
        submit={(category) => change("POST", `${pathOf(department)}/categories`, { category })}
      />
      {edited.value && (
        <Edit of={edited.value} field={edited.value.field} change={change} close={() => (edited.value = null)} />
      )}
    </article>
  );
}

export function Departments() {
  const listed = useResource<Department[]>(`${PATH}?retired=true`, departmentChanges.value);
  const [name, category] = [useSignal(""), useSignal("")];
  const change: Change = async (method, path, body) => {
    try {
      await call(method, path, body);
      await listed.reload();
      return true;
    } catch (error) {
      sayFailure(error);
      await listed.reload();
      return false;
    }
  };
  const add = async (event: Event) => {
    event.preventDefault();
    if (await change("POST", PATH, { department: name.value, category: category.value })) name.value = category.value = "";
  };
  const field = (label: string, value: typeof name) => (
    <input
      aria-label={label}
      placeholder={label}
      required
      maxLength={MAX_NAME_CHARS}
      value={value.value}
      onInput={(event) => (value.value = event.currentTarget.value)}
    />
  );
  return (
    <section aria-labelledby="departments">
      <h1 id="departments">{text("nav-departments")}</h1>
      {!listed.data && <p class="empty">{text("web-loading")}</p>}
      {listed.data?.map((department) => (
        <Card key={department.department_id} department={department} change={change} />
      ))}
      <form class="card" aria-labelledby="department-add" onSubmit={(event) => void add(event)}>
        <h2 id="department-add">{text("department-new")}</h2>
        <div class="actions">
          {field(text("department-name"), name)}
          {field(text("department-first-category"), category)}
          <button type="submit" class="primary">
            {text("form-add")}
          </button>
        </div>
      </form>
    </section>
  );
}
