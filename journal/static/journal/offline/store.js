// What this browser keeps, in IndexedDB. Two places: `queue`, entries that wait to be sent, and `kept`, the rest by name:
//   whose            whose browser this is: { diary, name, locked }
//   facts:<diary>    what logging must know of a person       cards:<diary>  urgent cards that the server answered with
//   sent:<diary>     how many entries were sent, until a page has told it
//   activities       all activities
//   foods            the food table                           pause          when to try again
//   words            the language that the frame is kept in
//   used             ids of forms that the server has stored, and when

let opened;

function open() {
  opened ??= new Promise((resolve, reject) => {
    const asked = indexedDB.open("spasmlog", 1);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore("queue", { keyPath: "id" }).createIndex("diary", "diary");
      asked.result.createObjectStore("kept");
    };
    asked.onsuccess = () => {
      asked.result.onversionchange = asked.result.onclose = () => {
        asked.result.close();
        opened = undefined;
      };
      resolve(asked.result);
    };
    asked.onerror = () => {
      opened = undefined;
      reject(asked.error);
    };
  });
  return opened;
}

/** One transaction: all of what `act` does, or nothing. Resolves once it is on the disk, with what `act` returns. */
export async function inOne(place, mode, act) {
  const transaction = (await open()).transaction(place, mode, { durability: "strict" });
  const store = transaction.objectStore(place);
  return new Promise((resolve, reject) => {
    let result;
    transaction.oncomplete = () => resolve(result);
    transaction.onabort = transaction.onerror = () => reject(transaction.error);
    act(store, (value) => { result = value; });
  });
}

export const read = (name) =>
  inOne("kept", "readonly", (store, give) => {
    store.get(name).onsuccess = (event) => give(event.target.result);
  });

export const keep = (name, value) => inOne("kept", "readwrite", (store) => store.put(value, name));

export const drop = (...names) => inOne("kept", "readwrite", (store) => names.forEach((name) => store.delete(name)));

/** Change what is kept under a name, in one step; `change` is given what is there. */
export const alter = (name, change) =>
  inOne("kept", "readwrite", (store, give) => {
    store.get(name).onsuccess = (event) => {
      const value = change(event.target.result);
      give(value);
      if (value === undefined) store.delete(name);
      else store.put(value, name);
    };
  });
