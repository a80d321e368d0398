export class Wall { runs=[]; element=document.createElement('main'); keys(){return []} async update(){} stop(){} }
